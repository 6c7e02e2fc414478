import ClusterScan
import ClusterScanOperations
import TestCluster
import Testing

extension IntegrationTests {
    /// Values that are copied and compared in pieces.
    @Suite("Copies of large values")
    struct LargeValueCopyTests {
        private static func server(_ configuration: String...) -> LocalCluster.Options {
            var options = LocalCluster.Options()
            options.isStandalone = true
            options.configuration = configuration
            return options
        }

        private static let count = 3_000
        private static let text = [UInt8](repeating: UInt8(ascii: "x"), count: 600_000)

        private static func contents() -> [[any RespArgument]] {
            let adding: [[any RespArgument]] = (0..<count).flatMap { number -> [[any RespArgument]] in
                [
                    ["RPUSH", "list", "element \(number)"], ["SADD", "set", "element \(number)"],
                    ["HSET", "hash", "field \(number)", "value \(number)"],
                    ["ZADD", "zset", "\(number).5", "element \(number)"],
                    ["XADD", "stream", "\(number + 1)-1", "field", "value \(number)"],
                ]
            }
            return adding + [["SET", "string", text]]
        }

        /// One change in the middle of each, none of which shows in a length.
        private static let changes: [[any RespArgument]] = [
            ["SETRANGE", "string", "300000", "y"], ["LSET", "list", "1700", "another one"],
            ["SREM", "set", "element 1700"], ["SADD", "set", "another one"],
            ["HSET", "hash", "field 1700", "another one"], ["ZADD", "zset", "7", "element 1700"],
            ["XDEL", "stream", "1701-1"], ["XADD", "stream", "9000-1", "field", "another one"],
        ]

        @Test("one element that differs is found, wherever it is, and nothing else counts as different")
        func oneElement() async throws {
            try await LocalCluster.with(Self.server()) { source in
                try await LocalCluster.with(Self.server()) { destination in
                    try await source.run(Self.contents())
                    let (from, to) = (source.scanner(), destination.scanner())
                    var options = CopyOptions()
                    options.maximumPieceBytes = 10_000
                    let copier = try await KeyCopier(from: from, to: to, options: options)
                    #expect(await copier.copyAll().tally.done == 6)
                    let again = await copier.copyAll()
                    #expect(again.tally.unchanged == 6 && again.tally.isClean)
                    let sound = CopyVerification(from: from, to: to, options: options)
                    #expect(await sound.checkAll().trouble == nil)
                    #expect(try await sound.verdict().alike == 6)

                    try await destination.run(Self.changes)
                    let changed = await copier.copyAll()
                    #expect(changed.tally.refused["BUSYKEY"]?.count == 6, "\(changed.tally.refused)")
                    let unsound = CopyVerification(from: from, to: to, options: options)
                    #expect(await unsound.checkAll().trouble == nil)
                    #expect(try await unsound.verdict().different == 6)
                    await from.shutDown()
                    await to.shutDown()
                }
            }
        }

        @Test("a value beyond a server's limits costs its neighbours nothing, and is copied in pieces")
        func limits() async throws {
            let narrow = Self.server("client-query-buffer-limit 1mb")
            try await LocalCluster.with(Self.server()) { source in
                try await LocalCluster.with(narrow) { destination in
                    let big = [UInt8](repeating: UInt8(ascii: "x"), count: 2_000_000)
                    try await source.run((0..<50).map { ["SET", "small:\($0)", "\($0)"] })
                    try await source.run([["SET", "big", big]])
                    let (from, to) = (source.scanner(), destination.scanner())
                    let copier = try await KeyCopier(from: from, to: to)
                    let report = await copier.copyAll()
                    #expect(report.trouble == nil && report.tally.done == 51, "\(report.tally)")
                    #expect(try await destination.contents() == source.contents())
                    let again = await copier.copyAll()
                    #expect(again.trouble == nil && again.tally.unchanged == 51, "\(again.tally)")
                    await from.shutDown()
                    await to.shutDown()
                }
            }
        }
    }
}
