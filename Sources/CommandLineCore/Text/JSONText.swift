import ScanCore

/// A small JSON document for the output of commands, with members in the order in which they are given.
///
/// Numbers that a reader might round, those of 64 bits, are given as strings.
package indirect enum JSONText {
    case null
    case bool(Bool)
    case number(Int)
    case string(String)
    case array([JSONText])
    case object([(name: String, value: JSONText)])

    static let quotes = QuotedBytes("\\", "\"")

    static func isEscaped(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\"" || scalar == "\\" || scalar.isControl
    }

    /// The escaped form of a scalar in a JSON string (RFC 8259 §7).
    static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default:
            Character(scalar).utf16.map { unit in
                "\\u" + HexadecimalDigits.text(UInt64(unit), digits: 4)
            }.joined()
        }
    }

    /// The document, indented for people.
    package var text: String { text(indent: "") }

    private func text(indent: String) -> String {
        let inner = indent + "  "
        switch self {
        case .null: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .number(let value): return String(value)
        case .string(let value): return Self.quote(value)
        case .array(let values):
            guard !values.isEmpty else { return "[]" }
            let items = values.map { inner + $0.text(indent: inner) }
            return "[\n" + items.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let members):
            guard !members.isEmpty else { return "{}" }
            let items = members.map { "\(inner)\(Self.quote($0.name)): \($0.value.text(indent: inner))" }
            return "{\n" + items.joined(separator: ",\n") + "\n\(indent)}"
        }
    }

    /// The document on one line, for programs.
    package var line: String {
        switch self {
        case .null, .bool, .number, .string: text
        case .array(let values): "[" + values.map(\.line).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { Self.quote($0.name) + ":" + $0.value.line }.joined(separator: ",") + "}"
        }
    }

    private static func quote(_ text: String) -> String {
        // What could mislead a terminal as well: it is the same text, and no name takes this way in large
        // numbers.
        "\"" + text.unicodeScalars.map { isEscaped($0) || $0.isDeceptive ? escape($0) : String($0) }.joined()
            + "\""
    }
}

extension JSONText {
    package init(_ text: String?) {
        self = text.map(JSONText.string) ?? .null
    }

    package init(_ number: Int?) {
        self = number.map(JSONText.number) ?? .null
    }
}
