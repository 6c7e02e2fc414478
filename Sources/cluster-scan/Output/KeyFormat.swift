import ArgumentParser

/// How names of keys are written.
package enum KeyFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// One escaped name a line.
    case text
    /// One JSON object a line.
    case json
    /// The bytes of each name, and a zero byte.
    case nul

    /// The byte that ends every name.
    package var terminator: UInt8 {
        self == .nul ? 0 : UInt8(ascii: "\n")
    }
}
