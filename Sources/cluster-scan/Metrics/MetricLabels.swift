/// The labels of one series, in the order of their names.
package struct MetricLabels: Hashable, Comparable, Sendable {
    private let pairs: [Pair]

    private struct Pair: Hashable, Comparable {
        let name: String
        let value: String

        static func < (left: Pair, right: Pair) -> Bool {
            (left.name, left.value) < (right.name, right.value)
        }
    }

    package init(_ labels: [(String, String)]) {
        pairs = labels.map { Pair(name: Self.name($0.0), value: $0.1) }.sorted()
    }

    func adding(_ name: String, _ value: String) -> MetricLabels {
        MetricLabels(pairs.map { ($0.name, $0.value) } + [(name, value)])
    }

    func removing(_ name: String) -> MetricLabels {
        MetricLabels(pairs.filter { $0.name != name }.map { ($0.name, $0.value) })
    }

    subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

    /// The labels between braces, after those that all series have; nothing if there are none.
    func text(after common: MetricLabels) -> String {
        let all = common.pairs + pairs.filter { common[$0.name] == nil }
        guard !all.isEmpty else { return "" }
        return "{" + all.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",") + "}"
    }

    package static func < (left: MetricLabels, right: MetricLabels) -> Bool {
        left.pairs.lexicographicallyPrecedes(right.pairs)
    }

    /// A backslash, a quotation mark and the end of a line are written with a backslash.
    static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    /// A name that the format allows, made of one that perhaps it does not.
    static func name(_ text: String) -> String {
        let name = String(text.unicodeScalars.map { isAllowed($0) ? Character($0) : "_" })
        return name.unicodeScalars.first.map { ("0"..."9").contains($0) } ?? true ? "_" + name : name
    }

    package static func isName(_ text: String) -> Bool { name(text) == text && !text.hasPrefix("__") }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        default: false
        }
    }
}
