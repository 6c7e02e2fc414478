/// Computes hash slots: CRC16/XMODEM (polynomial 0x1021, start value 0) of the hash tag or of the whole key.
///
/// Every key of a scan passes here, so a loop takes ``shared`` once, which keeps the check for the lazily computed
/// table out of it.
///
/// Eight bytes are folded at a time ("slicing by 8"): a CRC is linear, so the CRC of eight bytes is the exclusive or
/// of one table entry per byte, where table *k* holds the CRC of a byte that *k* more bytes follow. Only two of the
/// eight loads wait for the CRC so far.
package struct SlotHasher: Sendable {
    /// The one hasher.
    package static let shared = SlotHasher()

    /// Eight tables of 256 entries; entry `256 * k + b` is the CRC of byte b followed by k zero bytes, with its two
    /// bytes swapped, so that it can be combined with a word loaded in little-endian order as it stands.
    ///
    /// Written only in `init`, never freed: hence safe to share between threads and to outlive every copy.
    private nonisolated(unsafe) let tables: UnsafePointer<UInt16>

    private init() {
        let tables = UnsafeMutablePointer<UInt16>.allocate(capacity: 8 * 256)
        for byte in 0..<256 {
            var crc = UInt16(byte) << 8
            for _ in 0..<8 { crc = (crc << 1) ^ (crc & 0x8000 == 0 ? 0 : 0x1021) }
            tables[byte] = crc.byteSwapped
        }
        for entry in 256..<2048 {
            let crc = tables[entry - 256]
            tables[entry] = (crc >> 8) ^ tables[Int(crc & 0xff)]
        }
        self.tables = UnsafePointer(tables)
    }

    /// The slot of a key.
    ///
    /// - Parameter key: the bytes of the key.
    /// - Complexity: O(*n*) in the length of the key.
    @inline(__always)
    package func slot(of key: UnsafeRawBufferPointer) -> HashSlot {
        guard let base = key.baseAddress else { return .first }
        if let crc = checksum(base, key.count, stopAtBrace: true) { return slot(ofCRC: crc) }
        return slotOfKeyWithBrace(key, base)
    }

    /// Not inlined: it would only make the common path larger.
    @inline(never)
    private func slotOfKeyWithBrace(_ key: UnsafeRawBufferPointer, _ base: UnsafeRawPointer) -> HashSlot {
        let tag = HashTag.range(in: key) ?? 0..<key.count
        return slot(ofCRC: checksum(base + tag.lowerBound, tag.count, stopAtBrace: false) ?? 0)
    }

    /// The CRC of some bytes, with its two bytes swapped; nil if it met a `{` and was told to stop there.
    @inline(__always)
    private func checksum(_ bytes: UnsafeRawPointer, _ count: Int, stopAtBrace: Bool) -> UInt16? {
        if count < 8 { return checksumOfFewBytes(bytes, count, stopAtBrace: stopAtBrace) }
        // Zero bytes in front do not change a CRC that starts at 0. So the first 1...8 bytes are taken as a whole
        // word with zeros in front, and what is left is a multiple of 8.
        let head = ((count - 1) & 7) + 1
        var word = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)) << UInt64((8 - head) * 8)
        var next = bytes + head
        let end = bytes + count
        if stopAtBrace, word.hasOpeningBrace { return nil }
        var crc = fold(word)
        while next != end {
            word = UInt64(littleEndian: next.loadUnaligned(as: UInt64.self))
            if stopAtBrace, word.hasOpeningBrace { return nil }
            crc = fold(word ^ UInt64(crc))
            next += 8
        }
        return crc
    }

    @inline(__always)
    private func checksumOfFewBytes(_ bytes: UnsafeRawPointer, _ count: Int, stopAtBrace: Bool) -> UInt16? {
        var crc: UInt16 = 0
        for offset in 0..<count {
            let byte = bytes.load(fromByteOffset: offset, as: UInt8.self)
            if stopAtBrace, byte == HashTag.opening { return nil }
            crc = extend(crc, by: byte)
        }
        return crc
    }

    /// The CRC of some bytes and one more, given the CRC of the bytes; both with their two bytes swapped.
    @inline(__always)
    func extend(_ crc: UInt16, by byte: UInt8) -> UInt16 {
        (crc >> 8) ^ tables[Int(UInt8(truncatingIfNeeded: crc) ^ byte)]
    }

    /// The slot that belongs to a CRC whose two bytes are swapped.
    @inline(__always)
    func slot(ofCRC crc: UInt16) -> HashSlot {
        HashSlot(unchecked: crc.byteSwapped & 0x3fff)
    }

    /// The CRC of eight bytes, the first of them in the low bits.
    @inline(__always)
    private func fold(_ word: UInt64) -> UInt16 {
        @inline(__always)
        func entry(_ position: Int) -> UInt16 {
            tables[(7 - position) * 256 + Int((word >> UInt64(position * 8)) & 0xff)]
        }
        return (entry(0) ^ entry(1)) ^ (entry(2) ^ entry(3)) ^ ((entry(4) ^ entry(5)) ^ (entry(6) ^ entry(7)))
    }
}

extension UInt64 {
    /// Whether one of the eight bytes is `{`: the usual test for a zero byte, after `{` has been turned into zero.
    @inline(__always)
    fileprivate var hasOpeningBrace: Bool {
        let zeroed = self ^ 0x7b7b_7b7b_7b7b_7b7b
        return (zeroed &- 0x0101_0101_0101_0101) & ~zeroed & 0x8080_8080_8080_8080 != 0
    }
}
