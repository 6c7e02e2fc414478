/// The part of a key that decides its slot.
///
/// Redis Cluster specification, "Hash tags": the bytes between the first `{` and the first `}` after it, if there is
/// at least one byte between them. Later braces count for nothing, also when the first pair is empty.
package enum HashTag {
    static let opening = UInt8(ascii: "{")
    static let closing = UInt8(ascii: "}")

    /// The positions of the hash tag in a key, without its braces; nil if the whole key is hashed.
    ///
    /// - Parameter key: the bytes of the key.
    /// - Complexity: O(*n*) in the length of the key.
    package static func range(in key: UnsafeRawBufferPointer) -> Range<Int>? {
        guard let open = key.firstIndex(of: opening) else { return nil }
        return range(in: key, after: open)
    }

    /// The positions of the hash tag that begins after the first `{` of a key.
    @inline(__always)
    static func range(in key: UnsafeRawBufferPointer, after open: Int) -> Range<Int>? {
        let start = open + 1
        var end = start
        while end < key.count, key[end] != closing { end += 1 }
        return end < key.count && end > start ? start..<end : nil
    }
}
