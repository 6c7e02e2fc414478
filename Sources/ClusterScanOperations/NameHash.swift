/// A number that depends on the name of a key alone, the same on every machine and in every version.
enum NameHash {
    /// FNV-1a, whose high bits are weak for short names and which spreads names that differ in their last
    /// digit poorly, behind the finaliser of SplitMix64.
    static func of(_ name: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        hash = (hash ^ hash >> 30) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ hash >> 27) &* 0x94d0_49bb_1331_11eb
        return hash ^ hash >> 31
    }
}
