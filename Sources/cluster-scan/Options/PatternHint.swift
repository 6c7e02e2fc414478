package import ClusterScan

/// What a glob says that is often meant otherwise: alternatives as a shell has them, `{a,b}`, which servers
/// do not know, and names in brackets, `[name]`, which are one character of several.
package struct PatternHint: Sendable {
    /// The first `{…,…}` of the glob.
    private var alternatives: [UInt8]?
    /// The first `[…]`.
    private var brackets: [UInt8]?
    /// The first byte as messages write it, `\x00`: without `--escaped` these are four characters.
    private var escape: [UInt8]?

    /// Reads a glob.
    package init(_ pattern: GlobPattern) {
        var rest = pattern.bytes[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\\"):
                let written = [byte] + rest.prefix(3)
                if rest.first == UInt8(ascii: "x"), EscapedText.decode(written) != nil {
                    escape = escape ?? written
                }
                _ = rest.popFirst()
            case UInt8(ascii: "{"):
                let inside = rest.prefix { $0 != UInt8(ascii: "}") }
                guard inside.contains(UInt8(ascii: ",")), inside.endIndex < rest.endIndex else { continue }
                alternatives = alternatives ?? [byte] + inside + [UInt8(ascii: "}")]
            case UInt8(ascii: "["):
                let inside = rest.prefix { $0 != UInt8(ascii: "]") }
                guard !inside.isEmpty, inside.endIndex < rest.endIndex else { continue }
                brackets = brackets ?? [byte] + inside + [UInt8(ascii: "]")]
                rest = rest[inside.endIndex...].dropFirst()
            default:
                continue
            }
        }
    }

    /// Why nothing may have matched; `nil` if the glob gives no reason to think so.
    package var nothingFound: String? {
        if let alternatives {
            let text = EscapedText.text(alternatives)
            return "No key matches. Globs have no alternatives: \(text) stands for just these characters. "
                + "Run the command once for each of them"
        }
        if let escape {
            let text = String(decoding: escape, as: UTF8.self)
            return "No key matches. \(text) stands for a byte with --escaped alone"
        }
        return brackets.map { "No key matches. \(Self.meaning(of: $0))" }
    }

    /// What to mind before keys are changed; `nil` if the brackets hardly stand for a name.
    package var danger: String? {
        guard let brackets else { return nil }
        let inside = brackets.dropFirst().dropLast()
        let isClass = inside.contains { "^-\\".utf8.contains($0) } || inside.count < 3
        return isClass ? nil : "--match: \(Self.meaning(of: brackets))"
    }

    private static func meaning(of brackets: [UInt8]) -> String {
        let text = EscapedText.text(brackets)
        return "\(text) stands for one of the characters between the brackets; a name in brackets is written "
            + "as \\\(text)"
    }
}
