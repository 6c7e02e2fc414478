import ClusterScan
import ClusterScanOperations
import Testing

@Suite("Sizes of values")
struct KeySizesTests {
    @Test(
        "small values are taken together and a large one alone",
        arguments: [
            ([], []), ([1], [0..<1]), ([500], [0..<1]), ([40, 60, 1], [0..<2, 2..<3]),
            ([1, 500, 1, 1], [0..<1, 1..<2, 2..<4]), ([Int.max, Int.max], [0..<1, 1..<2]),
        ] as [([Int], [Range<Int>])]
    )
    func runs(sizes: [Int], expected: [Range<Int>]) {
        #expect(KeySizes.runs(of: sizes, atMost: 100) == expected)
    }
}
