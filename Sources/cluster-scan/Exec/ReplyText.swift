package import ClusterScan

/// Replies of servers as people read them, on one line.
package enum ReplyText {
    /// Strings as the text format has names; `(nil)`, `(error) …`; arrays as `["a", 1]`.
    package static func line(_ reply: RESPValue) -> String {
        switch reply {
        case .simpleString(let bytes), .bulkString(let bytes): EscapedText.text(bytes)
        default: element(reply)
        }
    }

    private static func element(_ reply: RESPValue) -> String {
        switch reply {
        case .simpleString(let bytes), .bulkString(let bytes):
            "\""
                + EscapedText.text(bytes).split(separator: "\"", omittingEmptySubsequences: false)
                .joined(separator: "\\\"") + "\""
        case .integer(let number): String(number)
        case .null: "(nil)"
        case .error(let error): "(error) " + EscapedText.text(Array(error.message.utf8))
        case .array(let elements): "[" + elements.map(element).joined(separator: ", ") + "]"
        }
    }
}
