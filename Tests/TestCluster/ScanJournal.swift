/// What a scan in another process reports, in a form that shows where the process was killed: entries of one
/// byte that says what follows, four bytes of length, and the bytes themselves.
package enum ScanJournal {
    package enum Kind: UInt8 {
        /// The name of a key.
        case key = 0x4b
        /// The cursor to resume from: everything before it has been accepted.
        case cursor = 0x43
        /// What the process has counted so far, as text.
        case counts = 0x4e
        /// Every slot is covered.
        case end = 0x45
        /// Why the scan failed, as text.
        case failure = 0x46
    }

    package struct Entry: Equatable, Sendable {
        package let kind: Kind
        package let bytes: [UInt8]

        package var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// Appends an entry.
    package static func append(_ kind: Kind, _ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        output.append(kind.rawValue)
        for shift in stride(from: 24, through: 0, by: -8) {
            output.append(UInt8(truncatingIfNeeded: bytes.count >> shift))
        }
        output.append(contentsOf: bytes)
    }

    package static func append(_ kind: Kind, _ text: String, to output: inout [UInt8]) {
        Array(text.utf8).withUnsafeBytes { append(kind, $0, to: &output) }
    }

    /// All entries that were written in full; one that was cut off by a kill is left out.
    package static func entries(in output: [UInt8]) throws -> [Entry] {
        var entries: [Entry] = []
        var position = 0
        while position + 5 <= output.count {
            guard let kind = Kind(rawValue: output[position]) else {
                throw TestClusterError("not a journal: byte \(output[position]) at \(position)")
            }
            let length = output[position + 1...position + 4].reduce(0) { $0 << 8 | Int($1) }
            guard position + 5 + length <= output.count else { break }
            entries.append(Entry(kind: kind, bytes: Array(output[position + 5..<position + 5 + length])))
            position += 5 + length
        }
        return entries
    }
}
