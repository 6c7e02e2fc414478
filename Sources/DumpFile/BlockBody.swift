/// Puts numbers and strings into the body of a block. `Docs/DumpFormat.md` has the layout.
struct BlockBody {
    /// A body whose checksum is right and whose content is not: written by something else.
    struct Malformed: Error {}

    private(set) var bytes: [UInt8] = []

    mutating func write(byte: UInt8) {
        bytes.append(byte)
    }

    /// Eight bytes, the lowest first.
    mutating func write(_ number: UInt64) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    mutating func write(length: Int) {
        var rest = UInt64(length)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func write(string: [UInt8]) {
        write(length: string.count)
        bytes += string
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }
}

/// Takes numbers and strings out of the body of a block.
struct BlockBodyReader: Sendable {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    var isAtEnd: Bool { rest.isEmpty }
    /// The index of the next byte in the array that the body is a slice of.
    var position: Int { rest.startIndex }

    mutating func readByte() throws(BlockBody.Malformed) -> UInt8 {
        guard let byte = rest.popFirst() else { throw BlockBody.Malformed() }
        return byte
    }

    mutating func readNumber() throws(BlockBody.Malformed) -> UInt64 {
        guard rest.count >= 8 else { throw BlockBody.Malformed() }
        defer { rest.removeFirst(8) }
        return rest.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    }

    mutating func readLength() throws(BlockBody.Malformed) -> Int {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 56, by: 7) {
            let byte = try readByte()
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int(value) }
        }
        throw BlockBody.Malformed()
    }

    mutating func readString() throws(BlockBody.Malformed) -> [UInt8] {
        let length = try readLength()
        guard length <= rest.count else { throw BlockBody.Malformed() }
        defer { rest.removeFirst(length) }
        return Array(rest.prefix(length))
    }
}

/// A record in the body of a block.
extension BlockBody {
    private static let hasExpiry: UInt8 = 1

    /// All of a record but the payload, which may be large enough to be written from where it lies.
    mutating func write(headOf record: DumpRecord) {
        write(byte: record.expiry == nil ? 0 : Self.hasExpiry)
        if let expiry = record.expiry { write(UInt64(bitPattern: expiry)) }
        write(string: record.key)
        write(length: record.payload.count)
    }

    mutating func write(_ record: DumpRecord) {
        write(headOf: record)
        bytes += record.payload
    }

    static func readRecord(from body: inout BlockBodyReader) throws(Malformed) -> DumpRecord {
        let flags = try body.readByte()
        guard flags & ~hasExpiry == 0 else { throw Malformed() }
        let expiry = flags & hasExpiry != 0 ? Int64(bitPattern: try body.readNumber()) : nil
        let key = try body.readString()
        return DumpRecord(key: key, expiry: expiry, payload: try body.readString())
    }
}
