import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Pages of members")
    struct MemberPageTests {
        private static let names = Set((0..<5_000).map { Array("member:\($0)".utf8) })

        private static func load(into cluster: LocalCluster) async throws {
            let owners = try await cluster.owners()
            for key in ["set", "hash", "zset", "list", "stream"] {
                try await cluster.withConnection(to: owners[KeySlot.of(Array(key.utf8))]) { connection in
                    for number in 0..<5_000 {
                        let name = "member:\(number)"
                        switch key {
                        case "set": try connection.checked("SADD", key, name)
                        case "hash": try connection.checked("HSET", key, name, "value \(number)")
                        case "zset": try connection.checked("ZADD", key, "\(Double(number) / 4)", name)
                        case "list": try connection.checked("RPUSH", key, name)
                        default:
                            try connection.checked("XADD", key, "7-\(number + 1)", "f", name, "f", "again")
                        }
                    }
                }
            }
        }

        @Test("every type is complete when each page is asked for by another scanner, from the cursor's text")
        func types() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.configuration = ["appendonly yes"]
            try await LocalCluster.with(options) { cluster in
                try await Self.load(into: cluster)
                for key in ["set", "hash", "zset", "list", "stream"] {
                    var tally = KeyTally()
                    var token = "0"
                    var pages = 0
                    repeat {
                        let scanner = cluster.scanner()
                        let cursor = try MemberCursor(token)
                        for try await page in scanner.memberPages(of: key.utf8, from: cursor, count: 700) {
                            #expect(!page.hasStartedOver)
                            for member in page.members { tally.add(try Self.checked(member)) }
                            token = page.cursor.description
                            break
                        }
                        await scanner.shutDown()
                        pages += 1
                    } while token != "0"
                    #expect(pages >= 7, "\(key)")
                    #expect(tally.difference(from: Self.names) == nil, "\(key)")
                }
                try await filters(cluster)
                try await refusals(cluster)
                try await restart(cluster)
                try await move(cluster)
            }
        }

        /// The name of a member, whose value was looked at.
        private static func checked(_ member: Member) throws -> [UInt8] {
            func number(_ name: [UInt8]) throws -> Int {
                try #require(Int(String(decoding: name.dropFirst(7), as: UTF8.self)))
            }
            switch member {
            case .member(let name):
                return name
            case .field(let name, let value):
                #expect(value == Array("value \(try number(name))".utf8))
                return name
            case .scored(let name, let score):
                #expect(score == Double(try number(name)) / 4)
                return name
            case .element(let name, let index):
                #expect(try number(name) == Int(index))
                return name
            case .entry(let id, let fields):
                let name = try #require(fields.first?.value)
                #expect(try number(name) + 1 == Int(id.sequence) && id.milliseconds == 7)
                #expect(fields.map(\.name) == [Array("f".utf8), Array("f".utf8)])
                return name
            }
        }

        private func filters(_ cluster: LocalCluster) async throws {
            let scanner = cluster.scanner()
            for key in ["set", "hash", "zset", "list"] {
                var found = 0
                for try await page in scanner.memberPages(of: key.utf8, match: "member:499?") {
                    found += page.members.count
                }
                #expect(found == 10, "\(key)")
            }
            for try await page in scanner.memberPages(of: "hash".utf8, withValues: false) {
                for case .field(_, .some) in page.members { Issue.record("a value that nobody asked for") }
            }
            await scanner.shutDown()
        }

        private func refusals(_ cluster: LocalCluster) async throws {
            let scanner = cluster.scanner()
            func code(_ key: String, _ cursor: MemberCursor = .start, _ pattern: GlobPattern? = nil) async
                -> ClusterScanError.Code?
            {
                await #expect(throws: ClusterScanError.self) {
                    for try await _ in scanner.memberPages(of: key.utf8, from: cursor, match: pattern) {}
                }?.code
            }
            #expect(await code("no such key") == .noSuchKey)
            try await scanner.set("string")
            #expect(await code("string") == .invalidQuery)
            #expect(await code("stream", .start, "a*") == .invalidQuery)
            var cursor = MemberCursor.start
            for try await page in scanner.memberPages(of: "set".utf8, count: 100) {
                cursor = page.cursor
                break
            }
            #expect(await code("hash", cursor) == .invalidCursor)
            #expect(await code("set", cursor, "a*") == .invalidCursor)
            await scanner.shutDown()
        }

        /// Members up to a page, then what the cursor is worth after something has happened.
        private func resumed(
            _ cluster: LocalCluster,
            _ key: String,
            after event: () async throws -> Void
        ) async throws -> (tally: KeyTally, hasStartedOver: Bool) {
            var tally = KeyTally()
            var token = "0"
            let first = cluster.scanner()
            for try await page in first.memberPages(of: key.utf8, count: 100) {
                for member in page.members { tally.add(try Self.checked(member)) }
                token = page.cursor.description
                if tally.total >= 2_000 { break }
            }
            await first.shutDown()
            try await event()
            var hasStartedOver = false
            let second = cluster.scanner()
            for try await page in second.memberPages(of: key.utf8, from: try MemberCursor(token), count: 100)
            {
                hasStartedOver = hasStartedOver || page.hasStartedOver
                for member in page.members { tally.add(try Self.checked(member)) }
            }
            await second.shutDown()
            return (tally, hasStartedOver)
        }

        private func restart(_ cluster: LocalCluster) async throws {
            let owners = try await cluster.owners()
            for (key, startsOver) in [
                ("set", true), ("hash", true), ("zset", true), ("list", false), ("stream", false),
            ] {
                let owner = owners[KeySlot.of(Array(key.utf8))]
                let (tally, hasStartedOver) = try await resumed(cluster, key) {
                    try await cluster.kill(owner)
                    try await cluster.restart(owner)
                }
                #expect(tally.difference(from: Self.names, allowingRepeats: startsOver) == nil, "\(key)")
                #expect(hasStartedOver == startsOver, "\(key)")
            }
        }

        private func move(_ cluster: LocalCluster) async throws {
            let slot = KeySlot.of(Array("set".utf8))
            let source = try await cluster.owners()[slot]
            let (tally, hasStartedOver) = try await resumed(cluster, "set") {
                try await cluster.carryOut(
                    SlotMove(slot: slot, source: source, destination: (source + 1) % 3)
                )
            }
            #expect(tally.difference(from: Self.names, allowingRepeats: true) == nil)
            #expect(hasStartedOver)
        }
    }
}

extension ClusterScanner {
    fileprivate func set(_ key: String) async throws {
        _ = try await send([KeyCommand("SET", key: key.utf8, [[0x78]], isRepeatable: true)])
    }
}
