import ArgumentParser
package import ScanCore

extension AddressMapRule {
    /// Reads the value of an option.
    package static func argument(_ text: String) throws -> AddressMapRule {
        do throws(Problem) {
            return try AddressMapRule(parsing: text)
        } catch {
            throw ValidationError(error.description)
        }
    }

    /// Reads rules with blanks or commas between them.
    package static func list(_ text: String) throws(Problem) -> [AddressMapRule] {
        var rules: [AddressMapRule] = []
        for word in text.split(whereSeparator: { $0.isWhitespace || $0 == "," }) {
            rules.append(try AddressMapRule(parsing: String(word)))
        }
        return rules
    }
}
