import ScanCore
import Testing

@Suite("Key batch")
struct KeyBatchTests {
    let names: [[UInt8]] = [[97], [], [0, 255, 10], Array("{user:1}:name".utf8), [97]]

    @Test("a batch is a collection of its names, in order")
    func collection() {
        let batch = KeyBatch(names)
        #expect(batch.count == 5)
        #expect(batch.byteCount == 18)
        #expect(batch.map(\.bytes) == names)
        #expect(batch.reversed().map(\.bytes) == names.reversed())
        #expect(batch[3].string == "{user:1}:name")
        #expect(batch[3].count == 13)
        #expect(batch[2].string == "\u{0}\u{FFFD}\n")
        #expect(KeyBatch([]).isEmpty)
    }

    @Test("names are equal by their bytes, whatever batch they are in")
    func hashing() {
        let batch = KeyBatch(names)
        #expect(batch[0] == batch[4])
        #expect(batch[0] != batch[1])
        #expect(Set(batch).count == 4)
        #expect(Set(batch) == Set(KeyBatch(names.reversed())))
    }

    @Test("a name outlives its batch")
    func lifetime() {
        var batch: KeyBatch? = KeyBatch(names)
        let key = batch?[3]
        batch = nil
        #expect(key?.string == "{user:1}:name")
    }

    @Test("every way to read gives the same bytes")
    func access() {
        let batch = KeyBatch(names)
        var seen: [[UInt8]] = []
        batch.forEachKey { seen.append([UInt8]($0)) }
        #expect(seen == names)
        #expect(batch.indices.map { batch.withUnsafeBytes(ofKeyAt: $0) { [UInt8]($0) } } == names)
    }

    @Test("an error in a loop over the keys ends the loop and comes out")
    func errors() {
        struct Stop: Error {}
        var seen = 0
        #expect(throws: Stop.self) {
            try KeyBatch(names).forEachKey { name in
                seen += 1
                if name.isEmpty { throw Stop() }
            }
        }
        #expect(seen == 2)
    }

    @Test("a filter keeps what it is told, in order, and leaves copies alone")
    func filter() {
        let original = KeyBatch(names)
        var filtered = original
        filtered.filter { $0.count == 1 || $0.count == 3 }
        #expect(filtered.map(\.bytes) == [[97], [0, 255, 10], [97]])
        #expect(filtered.byteCount == 5)
        #expect(original.map(\.bytes) == names)
        filtered.filter { _ in false }
        #expect(filtered.isEmpty && filtered.byteCount == 0)
        filtered.filter { _ in true }
        #expect(filtered.isEmpty)
    }
}
