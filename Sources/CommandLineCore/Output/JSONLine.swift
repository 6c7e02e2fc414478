import ScanCore

/// The JSON format: one object a line, `{"key":"…"}`, or `{"key_base64":"…"}` for a name that is not UTF-8.
extension BlockWriter {
    /// Takes one line.
    ///
    /// - Parameters:
    ///   - name: The bytes of the name.
    ///   - escapesDeceptive: Whether to escape also characters that a terminal could be misled by.
    /// - Throws: ``SystemError`` if a block had to be written and could not be.
    mutating func writeJSONLine(_ name: UnsafeRawBufferPointer, escapesDeceptive: Bool) throws(SystemError) {
        let opening: StaticString = #"{"key":""#
        let closing: StaticString = "\"}\n"
        if try makeRoom(name.count + opening.utf8CodeUnitCount + closing.utf8CodeUnitCount) {
            store(opening)
            let plain = storePlain(name, except: JSONText.quotes)
            if plain == name.count {
                store(closing)
                return
            }
            drop(plain + opening.utf8CodeUnitCount)
        }
        try writeJSONName(name, escapesDeceptive: escapesDeceptive)
        try append("}\n")
    }

    /// Takes the beginning of an object and its first member: `{"key":"…"`.
    package mutating func writeJSONName(_ name: UnsafeRawBufferPointer, escapesDeceptive: Bool)
        throws(SystemError)
    {
        if UTF8Reader.isValid(name) {
            try append(#"{"key":""#)
            try writeJSONString(name, escapesDeceptive: escapesDeceptive)
        } else {
            try append(#"{"key_base64":""#)
            try writeBase64(name)
        }
        try append(UInt8(ascii: "\""))
    }

    /// Takes a member of an object: `"name":"…"`, or `"name_base64":"…"` for bytes that are not UTF-8.
    package mutating func writeJSONPair(
        _ name: String,
        _ value: [UInt8],
        escapesDeceptive: Bool
    ) throws(SystemError) {
        try value.withUnsafeBufferPointer { (value) throws(SystemError) in
            let value = UnsafeRawBufferPointer(value)
            let isText = UTF8Reader.isValid(value)
            for byte in "\"\(name)\(isText ? "" : "_base64")\":\"".utf8 { try append(byte) }
            if isText {
                try writeJSONString(value, escapesDeceptive: escapesDeceptive)
            } else {
                try writeBase64(value)
            }
            try append("\"")
        }
    }

    /// Takes the inside of a string of any length, which must be UTF-8, most of it at a time where it is
    /// plain.
    package mutating func writeJSONText(
        _ bytes: UnsafeRawBufferPointer,
        escapesDeceptive: Bool
    ) throws(SystemError) {
        var position = 0
        while position < bytes.count {
            _ = try makeRoom(1)
            let run = bytes[position..<min(position + room, bytes.count)]
            let plain = storePlain(UnsafeRawBufferPointer(rebasing: run), except: JSONText.quotes)
            position += plain
            guard plain < run.count else { continue }
            let length = UTF8Reader.scalar(in: bytes, at: position)?.length ?? 1
            try writeJSONString(
                UnsafeRawBufferPointer(rebasing: bytes[position..<position + length]),
                escapesDeceptive: escapesDeceptive
            )
            position += length
        }
    }

    @inline(never)
    mutating func writeJSONString(
        _ bytes: UnsafeRawBufferPointer,
        escapesDeceptive: Bool
    ) throws(SystemError) {
        var position = 0
        while position < bytes.count {
            guard let (scalar, length) = UTF8Reader.scalar(in: bytes, at: position) else { return }
            if JSONText.isEscaped(scalar) || (escapesDeceptive && scalar.isDeceptive) {
                for byte in JSONText.escape(scalar).utf8 { try append(byte) }
            } else {
                try append(UnsafeRawBufferPointer(rebasing: bytes[position..<position + length]))
            }
            position += length
        }
    }

    /// RFC 4648 §4, with padding.
    package mutating func writeBase64(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        try Base64.encode(bytes, as: .standard) { (digit) throws(SystemError) in try append(digit) }
    }
}
