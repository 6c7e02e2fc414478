import ClusterScan
import ClusterScanOperations
import Testing

@Suite("Keys that were restored")
struct RestoredKeysTests {
    @Test("what was inserted is known, and hardly anything else")
    func membership() {
        var keys = RestoredKeys(expecting: 20_000)
        for number in 0..<20_000 { keys.insert(Array("restored:\(number)".utf8)) }
        #expect((0..<20_000).allSatisfy { keys.contains(Array("restored:\($0)".utf8)) })
        let mistaken = (0..<20_000).count { keys.contains(Array("other:\($0)".utf8)) }
        #expect(mistaken < 100)
    }
}
