import ArgumentParser
import ClusterScan

/// Which keys.
struct QueryOptions: ParsableArguments {
    @OptionGroup var names: PatternOptions

    @Option(
        help: ArgumentHelp(
            "Only keys of this type: string, list, set, zset, hash, stream, vectorset, or one of a module.",
            discussion: "Types of modules have the names that TYPE gives, such as ReJSON-RL or MBbloom--."
        )
    )
    var type: String?

    var pattern: GlobPattern? { names.pattern }
    var keyType: KeyType? { type.map(KeyType.init) }

    /// What a command does, with the options that say to which keys: what its checkpoint is of.
    ///
    /// - Parameters:
    ///   - command: The command.
    ///   - database: The number of the database.
    /// - Returns: The words of a command line.
    func subject(_ command: String, database: Int) -> [String] {
        [command] + (pattern.map { ["--match", ArgumentText.text($0.bytes)] } ?? [])
            + (type.map { ["--type", $0] } ?? []) + (database == 0 ? [] : ["/\(database)"])
    }

    /// Servers before Redis 7.4 answer an unknown type with nothing at all.
    var warning: String? {
        guard let keyType, !KeyType.ofServers.contains(keyType), !Self.isOfModule(keyType) else {
            return nil
        }
        return "--type \(keyType): none of the servers' own types; right only if a module brings it"
    }

    /// Types of modules have names of nine characters, and rarely of small letters alone, as misspelt ones.
    private static func isOfModule(_ type: KeyType) -> Bool {
        type.rawValue.count == 9 && !type.rawValue.allSatisfy(\.isLowercase)
    }

    /// What to mind before keys are changed that match.
    var danger: String? { pattern.flatMap { PatternHint($0).danger } }

    /// What may be the matter with a pattern, if no key was found.
    func hint(found keys: UInt64) -> String? {
        keys > 0 ? nil : pattern.flatMap { PatternHint($0).nothingFound }
    }

    func validate() throws {
        guard type.map(ArgumentText.isUTF8) ?? true else {
            throw ValidationError("--type: the names of types are UTF-8")
        }
    }
}
