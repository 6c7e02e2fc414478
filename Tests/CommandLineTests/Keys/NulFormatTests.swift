import Testing
import cluster_scan

@Suite("Format nul")
struct NulFormatTests {
    @Test("names are their bytes, each followed by a zero byte", arguments: [8, 64, 1 << 16])
    func bytes(capacity: Int) throws {
        let names = randomNames(count: 1000, seed: 4).map { $0.filter { $0 != 0 } }
        let output = try written(names, .nul, capacity: capacity)
        #expect(
            output.bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast().map(Array.init)
                == names
        )
        #expect(output.leftOut == 0)
    }

    @Test("a name with a zero byte is left out and counted, never cut into names that do not exist")
    func zeroBytes() throws {
        let output = try written([Array("a".utf8), [0x62, 0, 0x63], [0], Array("d".utf8)], .nul)
        #expect(output.bytes == Array("a\0d\0".utf8))
        #expect(output.leftOut == 2)
    }
}
