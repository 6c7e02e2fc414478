import ClusterScan
import ClusterScanOperations
import Synchronization
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Copies of one moment")
    struct CopyMomentTests {
        private static func withServers(
            _ body: (LocalCluster, LocalCluster, KeyCopier, Both) async throws -> Void,
            _ options: CopyOptions
        ) async throws {
            var kind = LocalCluster.Options()
            kind.isStandalone = true
            try await LocalCluster.with(kind) { source in
                try await LocalCluster.with(kind) { destination in
                    let both = Both(source: source.scanner(), destination: destination.scanner())
                    let copier = try await KeyCopier(
                        from: both.source,
                        to: both.destination,
                        options: options
                    )
                    try await body(source, destination, copier, both)
                    await both.source.shutDown()
                    await both.destination.shutDown()
                }
            }
        }

        struct Both {
            let source: ClusterScanner
            let destination: ClusterScanner
        }

        /// Writes while something else is done.
        private static func writing<Value>(
            to server: LocalCluster,
            _ commands: @escaping @Sendable (_ round: Int) -> [[any RespArgument]],
            _ body: () async throws -> Value
        ) async throws -> Value {
            let isOver = Flag()
            let writer = Task {
                try await server.withConnection(to: 0) { connection in
                    var round = 0
                    while !isOver.isSet {
                        _ = try connection.pipeline(commands(round))
                        round += 1
                    }
                }
            }
            defer { isOver.set() }
            let value = try await body()
            isOver.set()
            try await writer.value
            return value
        }

        private final class Flag: Sendable {
            private let state = Atomic(false)
            var isSet: Bool { state.load(ordering: .relaxed) }
            func set() { state.store(true, ordering: .relaxed) }
        }

        // MARK: Value and expiry

        private static func flip(_ round: Int) -> [[any RespArgument]] {
            (0..<500).map { number in
                (number + round) % 2 == 0
                    ? ["SET", "flip:\(number)", "permanent"]
                    : ["SET", "flip:\(number)", "temporary", "PXAT", "4102444800000"]
            }
        }

        @Test("a key that is either permanent or temporary is copied and dumped as one of the two")
        func expiry() async throws {
            var options = CopyOptions()
            options.replacesExisting = true
            try await Self.withServers(
                { source, destination, copier, scanners in
                    try await source.run(Self.flip(0))
                    try await Self.writing(to: source, Self.flip) {
                        var mixed = 0
                        for _ in 0..<12 {
                            let report = await copier.copyAll()
                            #expect(report.trouble == nil && report.tally.done == 500)
                            mixed += try await Self.mixed(in: destination)
                        }
                        #expect(mixed == 0, "copies in a state that never was")
                        var reader = RecordReader(scanners.source)
                        let keys = (0..<500).map { Array("flip:\($0)".utf8) }
                        for _ in 0..<12 {
                            _ = try await reader.read(keys) { record in
                                // Nine bytes are not compressed.
                                let isPermanent = record.payload.starts(with: [0, 9] + "permanent".utf8)
                                if isPermanent != (record.expiry == nil) { mixed += 1 }
                            }
                        }
                        #expect(mixed == 0, "records in a state that never was")
                    }
                },
                options
            )
        }

        private static func mixed(in server: LocalCluster) async throws -> Int {
            try await server.withConnection(to: 0) { connection in
                try (0..<500).count { number in
                    let replies = try connection.pipeline([
                        ["GET", "flip:\(number)"], ["PEXPIRETIME", "flip:\(number)"],
                    ])
                    return (replies[0].text == "permanent") != (replies[1].integer == -1)
                }
            }
        }

        // MARK: Pieces

        private static func rewrite(_ round: Int) -> [[any RespArgument]] {
            let letter = UInt8(ascii: round % 2 == 0 ? "A" : "B")
            return (0..<4).map { ["SET", "large:\($0)", [UInt8](repeating: letter, count: 1_500_000)] }
        }

        @Test("a string that is rewritten while it is read in pieces is read again, or named, never mixed")
        func rewritten() async throws {
            var options = CopyOptions()
            options.maximumPieceBytes = 1_000_000
            options.replacesExisting = true
            try await Self.withServers(
                { source, destination, copier, _ in
                    try await source.run(Self.rewrite(0))
                    try await Self.writing(to: source, Self.rewrite) {
                        for _ in 0..<5 {
                            let report = await copier.copyAll()
                            let named = report.tally.refused["NOTCOPIED"]
                            #expect(report.tally.done + (named?.count ?? 0) == 4)
                            #expect(named.map { $0.message.contains("it changed each time") } ?? true)
                            try await Self.expectWhole(destination)
                        }
                    }
                    let report = await copier.copyAll()
                    #expect(report.trouble == nil && report.tally.done == 4)
                    #expect(try await destination.contents() == source.contents(), "and no temporary key")
                },
                options
            )
        }

        private static func expectWhole(_ server: LocalCluster) async throws {
            for number in 0..<4 {
                guard let value = try await server.ask("GET", "large:\(number)").bytes else { continue }
                #expect(Set(value).count == 1 && value.count == 1_500_000)
            }
        }

        // MARK: Once more

        private static let setUp: [[any RespArgument]] = [
            ["SET", "persisted", "1", "EX", "10000"], ["SET", "limited", "1"],
            ["SET", "moved", "1", "EX", "10000"], ["SET", "same", "1", "PXAT", "4102444800000"],
            ["RPUSH", "large:list"] + (0..<1000).map { "element \($0)" as any RespArgument },
            ["SET", "other", "1"],
        ]

        @Test("copying again brings expiries that were set, moved or removed since; of another value none")
        func again() async throws {
            var options = CopyOptions()
            options.maximumPieceBytes = 4_000
            try await Self.withServers(
                { source, destination, copier, _ in
                    try await source.run(Self.setUp)
                    // The same set in another order: its dumps differ.
                    try await source.run([["SADD", "set", "x", "y", "z"], ["EXPIRE", "set", "10000"]])
                    try await destination.run([["SADD", "set", "z", "y", "x"]])
                    let first = await copier.copyAll()
                    #expect(first.trouble == nil && first.tally.done == 7, "the set's expiry is brought, too")
                    #expect(try await destination.contents() == source.contents())

                    try await destination.run([["SET", "other", "mine"]])
                    try await source.run([
                        ["PERSIST", "persisted"], ["PEXPIREAT", "limited", "4102444800000"],
                        ["PEXPIREAT", "moved", "4102444800000"],
                        ["PEXPIREAT", "large:list", "4102444800000"],
                        ["PERSIST", "set"], ["PEXPIREAT", "other", "4102444800000"],
                    ])
                    let second = await copier.copyAll()
                    #expect(second.tally.done == 5 && second.tally.unchanged == 1)
                    #expect(second.tally.refused["BUSYKEY"]?.samples == [Array("other".utf8)])
                    var expected = try await source.contents()
                    #expect(try await destination.ask("PTTL", "other").integer == -1)
                    expected[Array("other".utf8)] = try await destination.contents()[Array("other".utf8)]
                    #expect(try await destination.contents() == expected)
                    let third = await copier.copyAll()
                    #expect(third.tally.done == 0 && third.tally.unchanged == 6)
                },
                options
            )
        }

        // MARK: Verification

        @Test(
            "a check finds groups that differ, are elsewhere, or have other entries pending",
            arguments: [64 << 20, 1]
        )
        func groups(maximumPieceBytes: Int) async throws {
            var options = CopyOptions()
            options.maximumPieceBytes = maximumPieceBytes
            try await Self.withServers(
                { source, destination, copier, scanners in
                    let names = ["alike", "group", "delivered", "pending", "consumer", "last"]
                    for name in names {
                        try await source.run([
                            ["XADD", name, "1-1", "f", "v"], ["XADD", name, "2-1", "f", "v"],
                        ])
                        try await source.command(0, "XGROUP", "CREATE", name, "g", "0")
                        try await Self.deliver(name, "one", at: source)
                    }
                    #expect(await copier.copyAll().trouble == nil)
                    try await destination.command(0, "XGROUP", "CREATE", "group", "other", "$")
                    try await destination.command(0, "XGROUP", "SETID", "delivered", "g", "0")
                    try await destination.command(0, "XACK", "pending", "g", "1-1")
                    try await destination.command(0, "XCLAIM", "consumer", "g", "two", "0", "1-1")
                    try await destination.command(0, "XSETID", "last", "9-9")
                    // A consumer that has nothing changes what is stored, and nothing that matters.
                    try await destination.command(0, "XGROUP", "CREATECONSUMER", "alike", "g", "idle")
                    let verification = CopyVerification(
                        from: scanners.source,
                        to: scanners.destination,
                        options: options
                    )
                    #expect(await verification.checkAll().trouble == nil)
                    let verdict = try await verification.verdict()
                    #expect(verdict.alike == 1 && !verdict.isGood)
                    #expect(
                        Set(verdict.problems.map { String(decoding: $0.key, as: UTF8.self) })
                            == Set(names.dropFirst())
                    )
                    let again = await copier.copyAll()
                    #expect(again.tally.unchanged == 1 && again.tally.refused["BUSYKEY"]?.count == 5)
                },
                options
            )
        }

        private static func deliver(_ name: String, _ consumer: String, at server: LocalCluster) async throws
        {
            try await server.command(
                0,
                "XREADGROUP",
                "GROUP",
                "g",
                consumer,
                "COUNT",
                "1",
                "STREAMS",
                name,
                ">"
            )
        }
    }
}
