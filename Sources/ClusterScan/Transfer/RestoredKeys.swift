/// Remembers in bounded memory which keys were restored: a Bloom filter.
///
/// It errs on one side only: a key that was not restored is taken for one that was in about 1 of 1,000 cases
/// with 16 bits for each key, and then only matters if that key was there before.
package struct RestoredKeys: Sendable {
    private static let bitsPerKey: UInt64 = 16
    private static let hashCount: UInt64 = 6
    private static let fewestWords: UInt64 = 1 << 10
    private static let mostWords: UInt64 = 8 << 20
    /// For pipes, which do not tell how much comes.
    private static let assumed: UInt64 = 10_000_000

    private var words: [UInt64]

    package init(expecting count: UInt64?) {
        let (bits, overflow) = (count ?? Self.assumed).multipliedReportingOverflow(by: Self.bitsPerKey)
        let wordCount = overflow ? Self.mostWords : bits / 64
        words = Array(repeating: 0, count: Int(min(max(wordCount, Self.fewestWords), Self.mostWords)))
    }

    package mutating func insert(_ key: [UInt8]) {
        for place in places(of: key) { words[place / 64] |= 1 << UInt64(place % 64) }
    }

    package func contains(_ key: [UInt8]) -> Bool {
        places(of: key).allSatisfy { words[$0 / 64] & 1 << UInt64($0 % 64) != 0 }
    }

    /// The bits that stand for a key.
    private func places(of key: [UInt8]) -> some Sequence<Int> {
        var hasher = Hasher()
        key.withUnsafeBytes { hasher.combine(bytes: $0) }
        let hash = UInt64(bitPattern: Int64(hasher.finalize()))
        // Two halves give as many hashes as are wanted (Kirsch and Mitzenmacher, 2006).
        let step = hash >> 32 | hash << 32 | 1
        let bitCount = UInt64(words.count * 64)
        return (0..<Self.hashCount).lazy.map { Int((hash &+ $0 &* step) % bitCount) }
    }
}
