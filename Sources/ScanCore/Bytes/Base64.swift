/// Base 64 (RFC 4648).
package enum Base64 {
    package enum Form: Sendable {
        /// §4: `+` and `/`, padded with `=`, as JSON documents have it.
        case standard
        /// §5: `-` and `_`, without padding: one word in a shell, a URL and a JSON string.
        case urlSafe
    }

    /// Calls `body` with each character, in order.
    @inlinable
    package static func encode<Failure>(
        _ bytes: UnsafeRawBufferPointer,
        as form: Form,
        _ body: (UInt8) throws(Failure) -> Void
    ) throws(Failure) {
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var bits: UInt32 = 0
            for offset in 0..<3 {
                bits = bits << 8 | (offset < count ? UInt32(bytes[start + offset]) : 0)
            }
            for position in 0..<4 {
                if position <= count {
                    try body(digit(UInt8(truncatingIfNeeded: bits >> UInt32(18 - 6 * position) & 63), form))
                } else if form == .standard {
                    try body(UInt8(ascii: "="))
                }
            }
        }
    }

    package static func text(_ bytes: [UInt8], as form: Form) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        bytes.withUnsafeBytes { bytes in encode(bytes, as: form) { text.append($0) } }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads only what ``text(_:as:)`` writes, without the padding: one text for one sequence of bytes.
    ///
    /// - Parameters:
    ///   - text: What may be such a text.
    ///   - form: The form it must have.
    /// - Returns: `nil` for other characters, an impossible length, or leftover bits that are not zero.
    package static func decode(_ text: some Collection<UInt8>, as form: Form) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        var pending: UInt32 = 0
        var bits: UInt32 = 0
        for character in text {
            guard let value = value(of: character, form) else { return nil }
            pending = pending << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> bits))
            }
        }
        guard bits < 6, pending & (1 << bits - 1) == 0 else { return nil }
        return bytes
    }

    @inlinable
    package static func digit(_ value: UInt8, _ form: Form) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + value - 26
        case 52..<62: UInt8(ascii: "0") + value - 52
        case 62: form == .standard ? UInt8(ascii: "+") : UInt8(ascii: "-")
        default: form == .standard ? UInt8(ascii: "/") : UInt8(ascii: "_")
        }
    }

    private static func value(of character: UInt8, _ form: Form) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a") + 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0") + 52)
        case digit(62, form): 62
        case digit(63, form): 63
        default: nil
        }
    }
}
