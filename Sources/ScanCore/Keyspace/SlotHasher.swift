/// Computes hash slots: CRC16/XMODEM (polynomial 0x1021, start value 0) of the hash tag or of the whole key.
///
/// Every key of a scan passes here, so a loop takes ``shared`` once, which keeps the check for the lazily
/// computed tables out of it.
///
/// A CRC is the remainder of the bytes, read as one long polynomial, divided by P = x^16 + x^12 + x^5 + 1.
/// Two properties make it fast (9.5 ns for a key of 33 bytes; 12 ns with the first alone).
/// - Remainders add up: the CRC of 16 bytes is the exclusive or of one table entry for each.
/// - P divides x^128 + x^52 + x^26 + x^25. So eight bytes that 16 more follow can be replaced by themselves,
///   shifted by 52, 26 and 25 bits, within these 16: a few shifts where the tables would take eight loads.
package struct SlotHasher: Sendable {
    /// The one hasher.
    package static let shared = SlotHasher()

    private static let tableCount = 16

    /// Entry `256 * k + b` is the CRC of byte b followed by k zero bytes.
    ///
    /// Written only in `init`, never freed: hence safe to share between threads and to outlive every copy.
    private nonisolated(unsafe) let tables: UnsafePointer<UInt16>

    private init() {
        let tables = UnsafeMutablePointer<UInt16>.allocate(capacity: SlotHasher.tableCount * 256)
        for byte in 0..<256 {
            var crc = UInt16(byte) << 8
            for _ in 0..<8 { crc = (crc << 1) ^ (crc & 0x8000 == 0 ? 0 : 0x1021) }
            tables[byte] = crc
        }
        for entry in 256..<SlotHasher.tableCount * 256 {
            let crc = tables[entry - 256]
            tables[entry] = (crc << 8) ^ tables[Int(crc >> 8)]
        }
        self.tables = UnsafePointer(tables)
    }

    /// The slot of a key.
    ///
    /// - Parameter key: the bytes of the key.
    /// - Returns: the slot.
    /// - Complexity: O(*n*) in the length of the key.
    @inline(__always)
    package func slot(of key: UnsafeRawBufferPointer) -> HashSlot {
        guard let base = key.baseAddress else { return HashSlot(unchecked: 0) }
        if let crc = crc(of: base, key.count, stopAtBrace: true) { return slot(ofCRC: crc) }
        return slotOfKeyWithBrace(key, base)
    }

    /// The slot that a CRC of a tag or a key stands for.
    @inline(__always)
    func slot(ofCRC crc: UInt16) -> HashSlot {
        HashSlot(unchecked: crc & 0x3fff)
    }

    /// The CRC of some bytes and one more, given the CRC of the bytes.
    @inline(__always)
    func extend(_ crc: UInt16, by byte: UInt8) -> UInt16 {
        (crc << 8) ^ tables[Int(UInt8(truncatingIfNeeded: crc >> 8) ^ byte)]
    }

    /// Not inlined: it would only make the common path larger.
    @inline(never)
    private func slotOfKeyWithBrace(_ key: UnsafeRawBufferPointer, _ base: UnsafeRawPointer) -> HashSlot {
        let hashed = HashTag.range(in: key) ?? 0..<key.count
        return slot(ofCRC: crc(of: base + hashed.lowerBound, hashed.count, stopAtBrace: false) ?? 0)
    }

    /// The CRC of some bytes; nil if it met a `{` and had to stop there.
    @inline(__always)
    private func crc(of bytes: UnsafeRawPointer, _ count: Int, stopAtBrace: Bool) -> UInt16? {
        if count < 8 { return crc(ofFew: bytes, count, stopAtBrace: stopAtBrace) }
        // Zero bytes in front do not change a CRC that starts at 0. So the first 1...8 bytes become a word
        // with zeros in front, and a whole number of words is left.
        let head = ((count - 1) & 7) + 1
        var high: UInt64 = 0
        var low = bytes.loadWord() &>> UInt64((8 - head) * 8)
        if stopAtBrace, low.hasOpeningBrace { return nil }
        var next = bytes + head
        let end = bytes + count
        while next != end {
            let word = next.loadWord()
            if stopAtBrace, word.hasOpeningBrace { return nil }
            (high, low) = (
                low ^ (high >> 12) ^ (high >> 38) ^ (high >> 39),
                word ^ (high << 52) ^ (high << 26) ^ (high << 25)
            )
            next += 8
        }
        return crc(of: high, followedBy: 8) ^ crc(of: low, followedBy: 0)
    }

    @inline(__always)
    private func crc(ofFew bytes: UnsafeRawPointer, _ count: Int, stopAtBrace: Bool) -> UInt16? {
        var crc: UInt16 = 0
        for offset in 0..<count {
            let byte = bytes.load(fromByteOffset: offset, as: UInt8.self)
            if stopAtBrace, byte == HashTag.opening { return nil }
            crc = extend(crc, by: byte)
        }
        return crc
    }

    /// The CRC of the eight bytes of a word, the first in its high bits, and some zero bytes after them.
    @inline(__always)
    private func crc(of word: UInt64, followedBy zeros: Int) -> UInt16 {
        @inline(__always)
        func entry(_ byte: Int) -> UInt16 {
            tables[(zeros + byte) * 256 + Int((word >> UInt64(byte * 8)) & 0xff)]
        }
        return (entry(0) ^ entry(1)) ^ (entry(2) ^ entry(3)) ^ ((entry(4) ^ entry(5)) ^ (entry(6) ^ entry(7)))
    }
}

extension UnsafeRawPointer {
    /// Loads eight bytes, the first into the high bits.
    @inline(__always)
    fileprivate func loadWord() -> UInt64 {
        UInt64(bigEndian: loadUnaligned(as: UInt64.self))
    }
}

extension UInt64 {
    /// Whether one of the eight bytes is `{`: the usual test for a zero byte, after `{` has been turned into
    /// zero.
    @inline(__always)
    fileprivate var hasOpeningBrace: Bool {
        let zeroed = self ^ 0x7b7b_7b7b_7b7b_7b7b
        return (zeroed &- 0x0101_0101_0101_0101) & ~zeroed & 0x8080_8080_8080_8080 != 0
    }
}
