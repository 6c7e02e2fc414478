import ScanCore
import Testing

@Suite("Unique keys")
struct UniqueKeysTests {
    private func cursor(covered: String) throws -> ScanCursor {
        var progress = ScanProgress(queryDigest: 1, wanted: .all)
        progress.covered = try #require(SlotSet(covered))
        return ScanCursor(progress)
    }

    private func insert(_ name: [UInt8], into keys: inout UniqueKeys) -> Bool {
        name.withUnsafeBytes { keys.insert($0) }
    }

    /// Many of one slot, so that its table grows often; of all lengths, the long ones included.
    private static func names(seed: UInt64) -> [[UInt8]] {
        var random = SplitMix64(state: seed)
        return (0..<20_000).map { number in
            let tag = number % 3 == 0 ? "{one}" : ""
            let length = number % 500 == 0 ? 250 + number % 40 : Int.random(in: 0...3, using: &random)
            return Array(tag.utf8) + (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
    }

    @Test("a name is new exactly once, as in a plain set of names", arguments: [1, 2] as [UInt64])
    func exact(seed: UInt64) {
        var keys = UniqueKeys()
        var known: Set<[UInt8]> = []
        for name in Self.names(seed: seed) {
            #expect(insert(name, into: &keys) == known.insert(name).inserted)
        }
        #expect(keys.count == known.count)
    }

    @Test("names of covered slots are forgotten, the others are not")
    func covered() throws {
        var keys = UniqueKeys()
        let names = (0..<5_000).map { Array("key:\($0)".utf8) }
        for name in names { _ = insert(name, into: &keys) }
        keys.forget(coveredBy: try cursor(covered: "0-8191"))
        let open = names.filter { HashSlot(key: $0).rawValue > 8191 }
        #expect(keys.count == open.count)
        for name in open { #expect(!insert(name, into: &keys)) }
        // They cannot come again, so they are not held again either.
        for name in names where HashSlot(key: name).rawValue <= 8191 { #expect(insert(name, into: &keys)) }
        #expect(keys.count == open.count)
        keys.forget(coveredBy: try cursor(covered: "0-16383"))
        #expect(keys.count == 0)
    }
}
