import ScanCore

/// Names of keys in messages: any bytes, safe for a terminal, not too many of them.
package enum KeyNames {
    /// How many are worth naming.
    package static let most = 5
    private static let longest = 60

    /// A name as it is written in a sentence.
    package static func text(_ key: [UInt8]) -> String {
        let text = key.withUnsafeBytes { bytes in
            UTF8Reader.isValid(bytes)
                ? String(decoding: bytes, as: UTF8.self)
                : bytes.map { byte in
                    (0x20..<0x7F).contains(byte)
                        ? String(Unicode.Scalar(byte))
                        : "\\x" + HexadecimalDigits.text(UInt64(byte), digits: 2)
                }.joined()
        }
        let safe = ConsoleText.safe(text.replacing("\n", with: "\\n"))
        return safe.count > longest ? safe.prefix(longest) + "…" : safe
    }

    /// The first names of many.
    package static func list(_ keys: [[UInt8]], of count: Int) -> String {
        let names = keys.prefix(most).map { text($0) }
        return (names + (count > names.count ? ["…"] : [])).joined(separator: ", ")
    }
}
