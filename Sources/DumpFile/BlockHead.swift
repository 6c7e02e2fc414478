/// What stands before the body of each block: what it is, how long it is, and that both are as written.
struct BlockHead {
    enum Kind: UInt8 {
        case header = 0x48  // H
        case records = 0x52  // R
        case mark = 0x4D  // M
        case trailer = 0x45  // E
    }

    /// The kind, the length, the checksum.
    static let size = 1 + 8 + 4
    /// The checksum behind a body.
    static let tailSize = 4

    /// What every file begins with. The first byte is not ASCII and the rest has all line ends, so that a
    /// transfer as text shows at once, as with PNG.
    static let magic: [UInt8] = [0x89] + Array("CSDUMP\r\n\u{1A}\n".utf8)
    static let version: UInt8 = 1

    /// The checksum that the first block continues.
    static var start: UInt32 {
        var checksum = BlockChecksum()
        checksum.update(magic + [version])
        return checksum.value
    }

    let kind: Kind
    let length: UInt64
    /// Covers the checksum of the block before, so that a block that is missing or in another place shows.
    let checksum: UInt32

    init(_ kind: Kind, length: Int, after chain: UInt32) {
        self.kind = kind
        self.length = UInt64(length)
        checksum = BlockHead.checksum(kind.rawValue, self.length, after: chain)
    }

    /// - Returns: `nil` if the bytes are not those of a head in this place.
    init?(_ bytes: UnsafeRawBufferPointer, after chain: UInt32) {
        let length = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt64.self))
        let checksum = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 9, as: UInt32.self))
        guard checksum == BlockHead.checksum(bytes[0], length, after: chain),
            let kind = Kind(rawValue: bytes[0])
        else { return nil }
        self.kind = kind
        self.length = length
        self.checksum = checksum
    }

    var bytes: [UInt8] {
        var body = BlockBody()
        body.write(byte: kind.rawValue)
        body.write(length)
        return body.bytes + withUnsafeBytes(of: checksum.littleEndian) { [UInt8]($0) }
    }

    /// The checksum behind the body, which the next block continues.
    func chain(over parts: UnsafeRawBufferPointer...) -> UInt32 {
        var sum = BlockChecksum()
        sum.update(checksum)
        for part in parts { sum.update(part) }
        return sum.value
    }

    private static func checksum(_ kind: UInt8, _ length: UInt64, after chain: UInt32) -> UInt32 {
        var sum = BlockChecksum()
        sum.update(chain)
        sum.update([kind])
        withUnsafeBytes(of: length.littleEndian) { sum.update($0) }
        return sum.value
    }
}
