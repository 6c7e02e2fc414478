import ClusterScan
import ClusterScanOperations
import Testing

@Suite("Streams of entries")
struct StreamEntryTests {
    @Test("the next entry begins at the next sequence number, or at the next millisecond after the last")
    func next() throws {
        func next(_ id: String) -> String? {
            StreamEntry(.array([.bulkString(Array(id.utf8)), .array([])]))?.next
        }
        #expect(next("5-7") == "5-8")
        #expect(next("5-18446744073709551615") == "6-0")
        #expect(next("18446744073709551615-18446744073709551615") == nil)
        #expect(next("what") == nil)
    }
}
