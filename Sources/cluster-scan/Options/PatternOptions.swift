import ArgumentParser
import ClusterScan

/// The glob that names of keys match.
struct PatternOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only keys that match this glob.",
            discussion: """
                The servers' own globs: * ? [a-z] [^a] and \\ before a special character. Quote it for the \
                shell. If it names a hash tag, as in '{user:42}:*', only the node that serves the tag is \
                asked.
                """,
            valueName: "glob"
        )
    )
    var match: ByteArgument?

    @Flag(
        help: ArgumentHelp(
            "Read \\n \\r \\t \\\\ \\xHH in the glob as 'keys --format text' writes them.",
            discussion: "These bytes stand for themselves. Without it the glob is taken byte by byte."
        )
    )
    var escaped = false

    /// The pattern, as bytes of the servers' globs.
    var pattern: GlobPattern? { match.flatMap { Self.pattern($0, escaped: escaped) } }

    /// - Returns: `nil` if a `\` stands where it may not.
    static func pattern(_ glob: ByteArgument, escaped: Bool) -> GlobPattern? {
        let bytes = escaped ? EscapedText.decode(glob.bytes, isPattern: true) : glob.bytes
        return bytes.map { GlobPattern(bytes: $0) }
    }

    func validate() throws {
        if escaped, match == nil { throw ValidationError("--escaped is about --match: give both") }
        if match != nil, pattern == nil { throw PatternOptions.malformed }
    }

    /// What is wrong with a text that is not escaped as text output is.
    static let malformed = ValidationError(
        "with --escaped, a backslash stands only in \\n \\r \\t \\\\ \\xHH, and in globs before a special "
            + "character"
    )
}
