import ClusterScan
import ClusterScanOperations
import Synchronization
import TestCluster
import Testing

extension IntegrationTests {
    /// Services and hardened servers take `DUMP` and `RESTORE` away, by another name or by permissions.
    @Suite("Copies without DUMP or RESTORE")
    struct CopyWithoutDumpTests {
        private static func server(_ configuration: String...) -> LocalCluster.Options {
            var options = LocalCluster.Options()
            options.isStandalone = true
            options.configuration = configuration
            return options
        }

        private static let contents: [[any RespArgument]] = (0..<2_000).flatMap {
            number -> [[any RespArgument]] in
            [
                ["SET", "string:\(number)", "\(number)"],
                ["HSET", "hash:\(number)", "f", [0xff, 0x00] as [UInt8]],
                ["SADD", "set:\(number)", "\(number)", "x"],
                ["RPUSH", "list:\(number)", "b", "a", "\(number)"],
                ["ZADD", "zset:\(number)", "\(number).1", "m"],
                ["PEXPIREAT", "hash:\(number)", "4102444800000"],
                ["XADD", "stream:\(number)", "\(number + 1)-1", "f", "\(number)"],
            ]
        }

        enum Obstacle: CaseIterable {
            case noDump, noRestore, dumpNotPermitted, restoreNotPermitted

            var isAtSource: Bool { self == .noDump || self == .dumpNotPermitted }
            var command: String { isAtSource ? "DUMP" : "RESTORE" }
            var isMatterOfPermission: Bool { self == .dumpNotPermitted || self == .restoreNotPermitted }
        }

        @Test("all keys arrive, with one word on it for the run", arguments: Obstacle.allCases)
        func obstacle(_ obstacle: Obstacle) async throws {
            let crippled = Self.server(#"rename-command \#(obstacle.command) """#)
            let lacks = obstacle.isMatterOfPermission ? Self.server() : crippled
            try await LocalCluster.with(obstacle.isAtSource ? lacks : Self.server()) { source in
                try await LocalCluster.with(obstacle.isAtSource ? Self.server() : lacks) { destination in
                    try await source.run(Self.contents)
                    if obstacle.isMatterOfPermission {
                        let server = obstacle.isAtSource ? source : destination
                        try await server.command(
                            0,
                            "ACL",
                            "SETUSER",
                            "default",
                            "-\(obstacle.command.lowercased())"
                        )
                    }
                    let (from, to) = (source.scanner(), destination.scanner())
                    let notes = Mutex<[String]>([])
                    let copier = try await KeyCopier(
                        from: from,
                        to: to,
                        onNote: { note in notes.withLock { $0.append(note) } }
                    )
                    let report = await copier.copyAll()
                    #expect(report.trouble == nil && report.tally.done == 12_000)
                    #expect(try await destination.contents() == source.contents())
                    let note = try #require(notes.withLock { $0.count == 1 ? $0[0] : nil })
                    #expect(note.contains("refuses \(obstacle.command)") && !note.contains("string:"))

                    let again = await copier.copyAll()
                    #expect(again.trouble == nil && again.tally.unchanged == 12_000)
                    let verification = CopyVerification(from: from, to: to)
                    #expect(await verification.checkAll().trouble == nil)
                    #expect(try await verification.verdict().isGood)
                    await from.shutDown()
                    await to.shutDown()
                }
            }
        }

        @Test(
            "what exists is kept or replaced, and expiries are brought, as with RESTORE",
            arguments: [false, true]
        )
        func existing(replaces: Bool) async throws {
            let crippled = Self.server(#"rename-command RESTORE """#)
            try await LocalCluster.with(Self.server()) { source in
                try await LocalCluster.with(crippled) { destination in
                    try await source.run(Self.contents)
                    try await destination.run([
                        ["SET", "string:7", "mine"], ["RPUSH", "hash:7", "of another type"],
                        ["SET", "string:8", "8"],
                        ["HSET", "hash:9", "f", [0xff, 0x00] as [UInt8]],
                    ])
                    let (from, to) = (source.scanner(), destination.scanner())
                    let options = CopyOptions(replacesExisting: replaces)
                    let report = try await KeyCopier(from: from, to: to, options: options).copyAll()
                    #expect(report.isComplete)
                    var expected = try await source.contents()
                    if replaces {
                        #expect(report.tally.isClean && report.tally.done == 12_000)
                    } else {
                        #expect(report.tally.refused["BUSYKEY"]?.count == 2)
                        #expect(report.tally.unchanged == 1 && report.tally.done == 11_997)
                        let kept = try await destination.contents()
                        for name in ["string:7", "hash:7"].map({ Array($0.utf8) }) {
                            expected[name] = kept[name]
                        }
                    }
                    #expect(try await destination.contents() == expected)
                    await from.shutDown()
                    await to.shutDown()
                }
            }
        }

        @Test("a cluster whose slots move is copied by commands as well as by dumps")
        func moving() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { source in
                try await LocalCluster.with(Self.server(#"rename-command RESTORE """#)) { destination in
                    try await source.run(Self.contents)
                    let tags = ["string:1", "hash:2", "set:3", "stream:4"]
                    let resharding = Task { try await source.moveSlots(ofTags: tags) }
                    let (from, to) = (source.scanner(), destination.scanner())
                    let report = try await KeyCopier(from: from, to: to).copyAll()
                    resharding.cancel()
                    _ = try? await resharding.value
                    #expect(report.trouble == nil && report.tally.done == 12_000)
                    let found = try await differences(
                        between: destination.contents(),
                        and: source.contents()
                    )
                    #expect(found.isEmpty, "\(found)")
                    await from.shutDown()
                    await to.shutDown()
                }
            }
        }
    }
}
