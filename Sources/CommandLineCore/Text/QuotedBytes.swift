/// Tells bytes that stand for themselves in a text format from those that have to be escaped.
struct QuotedBytes {
    private let first: UInt8
    private let second: UInt8

    /// Besides control characters and what is not ASCII, up to two printable bytes have to be escaped.
    init(_ first: Unicode.Scalar, _ second: Unicode.Scalar? = nil) {
        self.first = UInt8(ascii: first)
        self.second = UInt8(ascii: second ?? first)
    }

    @inline(__always)
    func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != first && byte != second
    }

    /// The same for eight bytes. Each term has a byte's highest bit set if, and for some byte only if, that
    /// test fails: <https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord>.
    @inline(__always)
    func allPlain(in word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let isControl = (word &- ones &* 0x20) & ~word
        let notASCII = word
        func equals(_ byte: UInt8) -> UInt64 {
            let difference = word ^ (ones &* UInt64(byte))
            return (difference &- ones) & ~difference
        }
        return (isControl | notASCII | equals(0x7F) | equals(first) | equals(second)) & (ones &* 0x80) == 0
    }
}
