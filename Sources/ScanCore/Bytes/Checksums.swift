/// The CRC-32 of IEEE 802.3 (reflected polynomial 0xEDB88320): finds every burst of damage up to 32 bits.
package struct CRC32: Sendable {
    private var state: UInt32 = 0xFFFF_FFFF

    package var value: UInt32 { ~state }

    package init() {}

    package mutating func update(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            state ^= UInt32(byte)
            for _ in 0..<8 {
                state = state & 1 == 1 ? state >> 1 ^ 0xEDB8_8320 : state >> 1
            }
        }
    }

    package static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
        var checksum = CRC32()
        checksum.update(bytes)
        return checksum.value
    }
}

/// A hash that is the same everywhere and always (Fowler, Noll and Vo, 64 bits): for digests that are kept.
package struct FNV1a: Sendable {
    package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    package init() {}

    package mutating func update(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }
}
