import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Names of keys")
    struct KeyNameTests {
        @Test("names of any bytes and any length arrive as they are")
        func anyBytes() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                var names: [[UInt8]] = (0...255).flatMap { byte in
                    [[UInt8(byte)], [0x61, UInt8(byte)], [UInt8(byte), 0x0d, 0x0a, UInt8(byte)]]
                }
                names += [
                    [],
                    Array("\r\n$3\r\nfoo\r\n*1\r\n".utf8),
                    Array("\n\n\n".utf8),
                    [0, 0, 0],
                    [0xc3, 0x28, 0xed, 0xa0, 0x80, 0xff],
                    Array("{}".utf8), Array("{".utf8), Array("}".utf8), Array("a{}{b}".utf8),
                    [UInt8](repeating: 0x78, count: 1 << 20),
                    (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0) },
                ]
                let expected = Set(names)
                try await cluster.set(names)
                let scanner = cluster.scanner()
                for strategy in ScanStrategy.allCases {
                    for count in [1, 1000] {
                        let options = ScanOptions(count: count, strategy: strategy)
                        let stream = try await KeyTally(of: scanner.batches(options: options))
                        #expect(stream.difference(from: expected) == nil)
                    }
                    let pages = try await KeyTally(pagesOf: scanner, options: ScanOptions(strategy: strategy))
                    #expect(pages.difference(from: expected) == nil)
                }
                for name in names.filter({ $0.count < 10 }).enumerated().filter({ $0.offset % 40 == 0 }) {
                    try await expectFound(name.element, by: scanner)
                }
                for name in names.suffix(9) { try await expectFound(name, by: scanner) }
                await scanner.shutDown()
            }
        }

        /// Asks for one key by the pattern that matches nothing else.
        private func expectFound(_ name: [UInt8], by scanner: ClusterScanner) async throws {
            let pattern = GlobPattern(bytes: name.flatMap { [UInt8(ascii: "\\"), $0] })
            let tally = try await KeyTally(of: scanner.batches(match: pattern))
            #expect(tally.difference(from: [name]) == nil)
        }
    }
}
