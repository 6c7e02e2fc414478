/// One of the 16,384 hash slots that a cluster divides its keys into.
///
/// A key belongs to slot `CRC16(key) mod 16384`, where a non-empty hash tag, if the key has one, is hashed in
/// place of the whole key (Redis Cluster specification, "Key distribution model" and "Hash tags").
public struct HashSlot: RawRepresentable, Hashable, Comparable, Sendable {
    /// The number of slots of every cluster.
    public static let count = 16_384

    /// The number of the slot, below ``count``.
    public let rawValue: UInt16

    /// Makes the slot with a number, or nil if no cluster has such a slot.
    ///
    /// - Parameter rawValue: the number of the slot.
    public init?(rawValue: UInt16) {
        guard rawValue < HashSlot.count else { return nil }
        self.rawValue = rawValue
    }

    /// Makes a slot from a number that is known to be below ``count``.
    @inline(__always)
    package init(unchecked rawValue: UInt16) {
        assert(rawValue < HashSlot.count)
        self.rawValue = rawValue
    }

    /// The slot of a key.
    ///
    /// - Parameter key: the bytes of the key.
    /// - Complexity: O(*n*) in the length of the key.
    public init(key: UnsafeRawBufferPointer) {
        self = SlotHasher.shared.slot(of: key)
    }

    /// The slot of a key.
    ///
    /// - Parameter key: the bytes of the key.
    /// - Complexity: O(*n*) in the length of the key.
    public init(key: some Sequence<UInt8>) {
        let contiguous = key.withContiguousStorageIfAvailable { HashSlot(key: UnsafeRawBufferPointer($0)) }
        self = contiguous ?? Array(key).withUnsafeBytes { HashSlot(key: $0) }
    }

    /// The slot of a key given as text, whose UTF-8 bytes are the key.
    ///
    /// - Parameter key: the key.
    /// - Complexity: O(*n*) in the length of the key.
    public init(key: String) {
        self.init(key: key.utf8)
    }

    /// Slots are ordered by number.
    public static func < (left: HashSlot, right: HashSlot) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension HashSlot: CustomStringConvertible {
    /// The number of the slot in decimal, as commands take it.
    public var description: String { String(rawValue) }
}
