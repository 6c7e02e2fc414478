import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Members of one key")
    struct MemberTests {
        @Test(
            "members are complete: big, small, filtered, of no key, of another type, while their slot moves"
        )
        func members() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.configuration = ["appendonly yes"]
            try await LocalCluster.with(options) { cluster in
                try await Collections.load(into: cluster)
                let scanner = cluster.scanner()
                for (size, count) in [("small", 1000), ("small", 1), ("big", 1000), ("big", 77)] {
                    try await Collections(scanner: scanner, size: size, count: count).expectComplete()
                }
                try await filters(scanner)
                try await refusals(scanner)
                try await moving(cluster, scanner)
                try await restarting(cluster, scanner)
                await scanner.shutDown()
                let error = await #expect(throws: ClusterScanError.self) {
                    for try await _ in scanner.sscan("set:big".utf8) {}
                }
                #expect(error?.code == .shutDown)
            }
        }

        private func filters(_ scanner: ClusterScanner) async throws {
            var set = KeyTally()
            for try await member in scanner.sscan("set:big".utf8, match: "member:99?") { set.add(member) }
            #expect(set.difference(from: Set((990...999).map { Array("member:\($0)".utf8) })) == nil)

            var hash: [[UInt8]: [UInt8]] = [:]
            for try await (field, value) in scanner.hscan("hash:big".utf8, match: "*:5[05]55") {
                hash[field] = value
            }
            #expect(
                hash == [
                    Array("member:5055".utf8): Array("value 5055".utf8),
                    Array("member:5555".utf8): Array("value 5555".utf8),
                ]
            )
            var fields = KeyTally()
            for try await field in scanner.hscanFields("hash:big".utf8, match: "*:5[05]55") {
                fields.add(field)
            }
            #expect(fields.names == Set(hash.keys))

            var scores: [[UInt8]: Double] = [:]
            for try await (member, score) in scanner.zscan("zset:big".utf8, match: "*77") {
                scores[member] = score
            }
            #expect(scores.count == 100)
            #expect(scores[Array("member:9977".utf8)] == 9977 * 0.25)
        }

        private func refusals(_ scanner: ClusterScanner) async throws {
            for try await _ in scanner.sscan("no such key".utf8) { Issue.record("a member of nothing") }
            for try await _ in scanner.hscan("no such key".utf8) { Issue.record("a member of nothing") }
            for try await _ in scanner.zscan([]) { Issue.record("a member of nothing") }
            let error = await #expect(throws: ClusterScanError.self) {
                for try await _ in scanner.sscan("hash:big".utf8) {}
            }
            #expect(error?.code == .invalidQuery)
            #expect(error?.message.hasPrefix("WRONGTYPE") == true)
            #expect(error?.address != nil)
        }

        /// The slot of the set goes to another node; half-way there (ASK), then for good (MOVED).
        private func moving(_ cluster: LocalCluster, _ scanner: ClusterScanner) async throws {
            let slot = KeySlot.of(Array("set:big".utf8))
            let source = try await cluster.owners()[slot]
            let move = SlotMove(slot: slot, source: source, destination: (source + 1) % 3)
            let expected = Collections.members(10_000)

            var tally = KeyTally()
            try await cluster.begin(move)
            for try await member in scanner.sscan("set:big".utf8, count: 100) {
                tally.add(member)
                if tally.total == 2_000 { try await cluster.moveKeys(move) }
            }
            #expect(tally.difference(from: expected, allowingRepeats: true) == nil)

            // From the beginning at the importing node, page after page; in the middle the slot arrives.
            tally = KeyTally()
            for try await member in scanner.sscan("set:big".utf8, count: 100) {
                tally.add(member)
                if tally.total == 5_000 { try await cluster.end(move) }
            }
            #expect(tally.difference(from: expected) == nil)

            let stranger = cluster.scanner()
            _ = try await stranger.topology()
            let back = SlotMove(slot: slot, source: move.destination, destination: source)
            try await cluster.carryOut(back)
            for scanner in [scanner, stranger] {
                tally = KeyTally()
                for try await member in scanner.sscan("set:big".utf8) { tally.add(member) }
                #expect(tally.difference(from: expected) == nil)
            }
            await stranger.shutDown()

            // There and back again while it is read.
            tally = KeyTally()
            for try await member in scanner.sscan("set:big".utf8, count: 100) {
                tally.add(member)
                if tally.total == 3_000 { try await cluster.carryOut(move) }
                if tally.total == 6_000 { try await cluster.carryOut(back) }
            }
            #expect(tally.difference(from: expected, allowingRepeats: true) == nil)
        }

        /// Members are handed out in the order of the process's hash seed, so a cursor does not outlive it.
        private func restarting(_ cluster: LocalCluster, _ scanner: ClusterScanner) async throws {
            let owner = try await cluster.owners()[KeySlot.of(Array("hash:big".utf8))]
            var tally = KeyTally()
            for try await field in scanner.hscanFields("hash:big".utf8, count: 100) {
                tally.add(field)
                if tally.total == 2_000 {
                    try await cluster.kill(owner)
                    try await cluster.restart(owner)
                }
            }
            #expect(tally.difference(from: Collections.members(10_000), allowingRepeats: true) == nil)
        }

        @Test("members of a standalone server's key survive its restart")
        func standalone() async throws {
            var options = LocalCluster.Options()
            options.isStandalone = true
            options.configuration = ["appendonly yes"]
            try await LocalCluster.with(options) { server in
                try await Collections.load(into: server)
                let scanner = server.scanner()
                var tally = KeyTally()
                var restart: Task<Void, any Error>?
                for try await member in scanner.sscan("set:big".utf8, count: 100) {
                    tally.add(member)
                    if tally.total == 2_000 {
                        try await server.kill(0)
                        restart = Task { try await server.restart(0) }
                    }
                }
                try await restart?.value
                #expect(tally.difference(from: Collections.members(10_000), allowingRepeats: true) == nil)
                await scanner.shutDown()
            }
        }
    }
}

/// One key of each type in two sizes, and what their members are.
private struct Collections {
    let scanner: ClusterScanner
    let size: String
    let count: Int

    private var numbers: Range<Int> { 0..<(size == "big" ? 10_000 : 20) }

    static func members(_ count: Int) -> Set<[UInt8]> {
        Set((0..<count).map { Array("member:\($0)".utf8) })
    }

    static func load(into cluster: LocalCluster) async throws {
        let owners = try await cluster.owners()
        for (size, total) in [("small", 20), ("big", 10_000)] {
            for type in ["set", "hash", "zset"] {
                let key = "\(type):\(size)"
                try await cluster.withConnection(to: owners[KeySlot.of(Array(key.utf8))]) { connection in
                    for start in stride(from: 0, to: total, by: 1000) {
                        let members = start..<min(start + 1000, total)
                        switch type {
                        case "set": try connection.checked(["SADD", key] + members.map { "member:\($0)" })
                        case "hash":
                            let pairs = members.flatMap { ["member:\($0)", "value \($0)"] }
                            try connection.checked(["HSET", key] + pairs)
                        default:
                            let pairs = members.flatMap { ["\(Double($0) * 0.25)", "member:\($0)"] }
                            try connection.checked(["ZADD", key] + pairs)
                        }
                    }
                }
            }
        }
    }

    func expectComplete() async throws {
        let names = Self.members(numbers.count)
        var set = KeyTally()
        for try await member in scanner.sscan("set:\(size)".utf8, count: count) { set.add(member) }
        #expect(set.difference(from: names) == nil)

        var hash = KeyTally()
        for try await (field, value) in scanner.hscan("hash:\(size)".utf8, count: count) {
            hash.add(field)
            #expect(
                String(decoding: value, as: UTF8.self) == "value "
                    + String(decoding: field.dropFirst(7), as: UTF8.self)
            )
        }
        #expect(hash.difference(from: names) == nil)

        var fields = KeyTally()
        for try await field in scanner.hscanFields("hash:\(size)".utf8, count: count) { fields.add(field) }
        #expect(fields.difference(from: names) == nil)

        var zset = KeyTally()
        for try await (member, score) in scanner.zscan("zset:\(size)".utf8, count: count) {
            zset.add(member)
            #expect(Double(String(decoding: member.dropFirst(7), as: UTF8.self)) == score * 4)
        }
        #expect(zset.difference(from: names) == nil)
    }
}
