import ArgumentParser
import ClusterScan

/// Which keys.
struct QueryOptions: ParsableArguments {
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
    var match: String?

    @Option(
        help: ArgumentHelp(
            "Only keys of this type: string, list, set, zset, hash, stream, or one of a module."
        )
    )
    var type: String?

    var pattern: GlobPattern? { match.map { GlobPattern($0) } }
    var keyType: KeyType? { type.map(KeyType.init) }

    /// Servers before Redis 7.4 answer an unknown type with nothing at all.
    var warning: String? {
        let builtIn: [KeyType] = [.string, .list, .set, .sortedSet, .hash, .stream]
        guard let keyType, !builtIn.contains(keyType) else { return nil }
        return "--type \(keyType): none of the servers' own types; right only if a module brings it"
    }
}
