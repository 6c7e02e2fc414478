import ArgumentParser

/// How keys are written.
package enum KeyFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// One escaped name a line, and columns behind tabs.
    case text
    /// One JSON object a line.
    case json
    /// RFC 4180, with a header.
    case csv
    /// Like `text`, with a header.
    case tsv
    /// The bytes of each name, and a zero byte.
    case nul

    /// The byte that ends every entry, and stands nowhere else.
    package var terminator: UInt8 {
        self == .nul ? 0 : UInt8(ascii: "\n")
    }

    package var hasHeader: Bool { self == .csv || self == .tsv }
}
