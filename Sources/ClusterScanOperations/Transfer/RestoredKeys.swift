/// Remembers in bounded memory of which keys a record was settled: a Bloom filter.
///
/// It errs on one side only: with 32 bits for each key, one of four million keys is taken for settled that is
/// not, and that matters only if the key was there before.
package struct RestoredKeys: Sendable {
    private static let bitsPerKey: UInt64 = 32
    private static let hashCount: UInt64 = 12
    private static let fewestWords: UInt64 = 1 << 10
    private static let mostWords: UInt64 = 32 << 20
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
