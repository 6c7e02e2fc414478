/// What is fuzzed: each takes any bytes, and must come to an end without a crash and with its promises kept.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// The decoder of replies, fed in slices.
    case decoder
    /// What replies are taken for: pages, topologies, redirections.
    case replies
    /// A whole iteration against nodes that answer anything.
    case coordinator
    /// Cursors of a cluster, behind their checksum as well.
    case cursor
    /// Cursors of one collection.
    case memberCursor = "member-cursor"
    /// Glob patterns and the slots that they imply.
    case pattern
    /// Dump files, behind their checksums as well.
    case dump
    /// Configuration files, checkpoints, URLs and options.
    case settings
    /// Names of keys on their way to a terminal, a file, a page.
    case names

    /// Runs one input.
    ///
    /// - Throws: ``Finding`` if a promise is broken.
    package func run(_ input: [UInt8]) throws(Finding) {
        var input = FuzzInput(input)
        switch self {
        case .decoder: try DecoderTarget.run(&input)
        case .replies: try RepliesTarget.run(&input)
        case .coordinator: try CoordinatorTarget.run(&input)
        case .cursor: try CursorTarget.run(&input)
        case .memberCursor: try MemberCursorTarget.run(&input)
        case .pattern: try PatternTarget.run(&input)
        case .dump: try DumpTarget.run(&input)
        case .settings: try SettingsTarget.run(&input)
        case .names: try NamesTarget.run(&input)
        }
    }
}

/// A promise that an input has broken.
package struct Finding: Error, CustomStringConvertible {
    package let description: String
}

/// Stands in for `assert`, which is silent in release builds.
func promise(_ holds: Bool, _ what: @autoclosure () -> String) throws(Finding) {
    guard holds else { throw Finding(description: what()) }
}

/// Takes an input apart into choices and bytes; gives zeros once it is used up.
struct FuzzInput {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    var isEmpty: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func number() -> UInt64 { (0..<8).reduce(0) { value, _ in value << 8 | UInt64(byte()) } }

    /// So many bytes, or those that are left.
    mutating func bytes(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func all() -> [UInt8] { bytes(rest.count) }

    mutating func text() -> String { String(decoding: all(), as: UTF8.self) }
}
