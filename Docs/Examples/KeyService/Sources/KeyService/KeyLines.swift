import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Names of keys may hold any bytes. Both forms say which, and are those of `cluster-scan keys`.
extension ByteBuffer {
    /// `{"key":"…"}`, or `{"key_base64":"…"}` for a name that is not UTF-8.
    mutating func writeJSONKey(_ name: UnsafeRawBufferPointer) {
        if name.allSatisfy({ $0.isPlain && $0 != UInt8(ascii: "\"") }) {
            writeString(#"{"key":""#)
            writeBytes(name)
        } else if let text = String(validating: name, as: UTF8.self) {
            writeString(#"{"key":""#)
            for scalar in text.unicodeScalars { writeJSON(scalar) }
        } else {
            writeString(#"{"key_base64":""#)
            writeString(Data(name).base64EncodedString())
        }
        writeString("\"}")
    }

    private mutating func writeJSON(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": writeString("\\\"")
        case "\\": writeString("\\\\")
        case "\n": writeString("\\n")
        case "\r": writeString("\\r")
        case "\t": writeString("\\t")
        case _ where scalar.properties.generalCategory == .control:
            writeString(scalar.value < 0x10 ? "\\u000" : "\\u00")
            writeString(String(scalar.value, radix: 16))
        default: writeString(String(scalar))
        }
    }

    /// The name, with `\\`, `\n`, `\r`, `\t`, and `\xHH` for other control characters and for bytes that are
    /// not UTF-8.
    mutating func writeTextKey(_ name: UnsafeRawBufferPointer) {
        guard !name.allSatisfy(\.isPlain) else {
            writeBytes(name)
            return
        }
        var parser = Unicode.UTF8.ForwardParser()
        var rest = name.makeIterator()
        var position = 0
        while true {
            switch parser.parseScalar(from: &rest) {
            case .emptyInput:
                return
            case .valid(let encoded):
                let bytes = name[position..<position + encoded.count]
                position += encoded.count
                writeText(UTF8.decode(encoded), bytes)
            case .error(let length):
                writeHexadecimal(name[position..<position + length])
                position += length
            }
        }
    }

    private mutating func writeText(_ scalar: Unicode.Scalar, _ bytes: Slice<UnsafeRawBufferPointer>) {
        switch scalar {
        case "\\": writeString("\\\\")
        case "\n": writeString("\\n")
        case "\r": writeString("\\r")
        case "\t": writeString("\\t")
        case _ where scalar.properties.generalCategory == .control: writeHexadecimal(bytes)
        default: writeBytes(bytes)
        }
    }

    private mutating func writeHexadecimal(_ bytes: Slice<UnsafeRawBufferPointer>) {
        for byte in bytes {
            writeString(byte < 0x10 ? "\\x0" : "\\x")
            writeString(String(byte, radix: 16))
        }
    }
}

extension UInt8 {
    /// Printable ASCII that neither form escapes, but for `"` in JSON.
    fileprivate var isPlain: Bool { self >= 0x20 && self < 0x7F && self != UInt8(ascii: "\\") }
}
