import ScanCore

/// Reads the names of keys back from what was written before.
package struct WrittenNames {
    private let format: KeyFormat
    private static let block = 1 << 20

    package init(_ format: KeyFormat) {
        self.format = format
    }

    /// Calls `body` with every name in the first bytes of a file.
    ///
    /// - Throws: ``CommandFailure`` if something is not what the format writes.
    package func read(
        _ file: FileDescriptor,
        upTo end: Int64,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) throws {
        var rest: [UInt8] = []
        var position: Int64 = 0
        var isHeader = format.hasHeader
        while position < end {
            let bytes = try file.readSome(Int(min(Int64(Self.block), end - position)), at: position)
            guard !bytes.isEmpty else { break }
            position += Int64(bytes.count)
            rest += bytes
            var entries = rest[...]
            while let index = entries.firstIndex(of: format.terminator) {
                let entry = entries[..<index]
                entries = entries[(index + 1)...]
                if isHeader {
                    isHeader = false
                } else if let name = name(in: entry) {
                    name.withUnsafeBytes(body)
                } else {
                    throw CommandFailure(
                        .unusableData,
                        "\(file.name): a line before byte \(position) is none that --format "
                            + "\(format.rawValue) writes"
                    )
                }
            }
            rest = Array(entries)
        }
    }

    /// The name in one entry, without its terminator.
    package func name(in entry: ArraySlice<UInt8>) -> [UInt8]? {
        switch format {
        case .nul: Array(entry)
        case .text, .tsv: EscapedText.decode(entry.prefix { $0 != UInt8(ascii: "\t") })
        case .csv:
            CSVText.firstField(of: entry.last == UInt8(ascii: "\r") ? entry.dropLast() : entry)
                .flatMap { EscapedText.decode($0) }
        case .json: JSONName.decode(entry)
        }
    }
}

/// Reads the first member of the objects that the JSON format writes.
private enum JSONName {
    static func decode(_ line: ArraySlice<UInt8>) -> [UInt8]? {
        for (opening, isText) in [(#"{"key":""#, true), (#"{"key_base64":""#, false)] {
            guard line.starts(with: opening.utf8) else { continue }
            let rest = line.dropFirst(opening.utf8.count)
            return isText ? text(rest) : base64(rest)
        }
        return nil
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        var name: [UInt8] = []
        var rest = bytes
        var high: UInt32?
        while let byte = rest.popFirst() {
            guard byte != UInt8(ascii: "\"") else { return high == nil ? name : nil }
            guard byte == UInt8(ascii: "\\") else {
                name.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "n"): name.append(UInt8(ascii: "\n"))
            case UInt8(ascii: "r"): name.append(UInt8(ascii: "\r"))
            case UInt8(ascii: "t"): name.append(UInt8(ascii: "\t"))
            case UInt8(ascii: "u"):
                var unit: UInt32 = 0
                for _ in 0..<4 {
                    guard let digit = rest.popFirst().flatMap(HexadecimalDigits.value) else { return nil }
                    unit = unit << 4 | UInt32(digit)
                }
                if unit & 0xFC00 == 0xD800 {
                    high = unit
                    continue
                }
                let value = high.map { 0x10000 + ($0 & 0x3FF) << 10 + (unit & 0x3FF) } ?? unit
                high = nil
                guard let scalar = Unicode.Scalar(value) else { return nil }
                name += Array(String(scalar).utf8)
            case let character?: name.append(character)
            case nil: return nil
            }
        }
        return nil
    }

    private static func base64(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        Base64.decode(
            bytes.prefix { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") },
            as: .standard
        )
    }
}
