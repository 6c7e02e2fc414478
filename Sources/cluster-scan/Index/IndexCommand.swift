public import ArgumentParser
import ClusterScan
public import ClusterScanOperations

/// `cluster-scan index`
struct IndexCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "index",
        abstract: "Build a lookup from the value of a hash field to the key that has it.",
        usage: "cluster-scan index --match <glob> --field <field> --into <name> [<options>] [<url> ...]",
        discussion: """
            For each hash that matches, the value of the field leads to the key. All of a lookup is in one \
            slot, in one of three layouts:

              --layout hash  one hash for all:       HGET lookup:username alice      → user:17
              --layout keys  a string for each:      GET {lookup:username}:alice     → user:17
              --layout sets  a set for each:         SMEMBERS {lookup:username}:alice → user:17 user:99

            Several keys with one value are reported with hash and keys, and the entry names the one whose \
            bytes come first, so that running the command again gives the same lookup; with sets they are \
            all in the set. Entries that name a key without the value are corrected when another key has it, \
            and removed with --prune when none has. Run one such command at a time for one lookup.

            Without --yes nothing is written.

            EXAMPLES
              What would be written, then the deed:
                cluster-scan index 10.0.0.1:7000 --match 'user:*' --field username --into lookup:username
                cluster-scan index 10.0.0.1:7000 --match 'user:*' --field username \\
                  --into lookup:username --yes

              Every night, with what has gone stale removed, and every conflict in a file:
                cluster-scan index --match 'user:*' --field email --into lookup:email --yes --prune \\
                  --conflicts conflicts.jsonl

              Who lives where:
                cluster-scan index --match 'user:*' --field city --into lookup:city --on-conflict set --yes

            EXIT STATUS
            \(ExitStatus.table)
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    enum ConflictOption: String, ExpressibleByArgument, CaseIterable {
        case report
        case set
        case fail
    }

    @OptionGroup(title: "CLUSTER") var connection: ConnectionOptions
    @OptionGroup(title: "KEYS") var query: QueryOptions

    @Option(help: "The field of the hashes whose values lead to them.")
    var field: ByteArgument

    @Option(help: ArgumentHelp("The name of the lookup.", valueName: "name"))
    var into: ByteArgument

    @Option(
        help: ArgumentHelp(
            "How the lookup lies in the cluster: hash, keys or sets.",
            discussion: "hash, unless --on-conflict set asks for sets."
        )
    )
    var layout: LookupLayout?

    @Option(
        help: ArgumentHelp(
            "What to do with several keys that have one value: report, set or fail.",
            discussion: """
                report: name one of them, say how many there are and show some. set: collect them into \
                sets. fail: stop at the first, with exit status 1.
                """
        )
    )
    var onConflict = ConflictOption.report

    @Option(
        help: ArgumentHelp(
            "Write every conflict to this file, one JSON object a line.",
            valueName: "file"
        )
    )
    var conflicts: String?

    @Flag(help: "Remove entries whose key is gone or has another value.")
    var prune = false

    @Flag(help: "Write the lookup. Without this, only say what would be written.")
    var yes = false

    @Option(help: "How the result is written: text or json.")
    var format = Format.text

    @OptionGroup(title: "WORK") var work: WorkRunOptions
    @OptionGroup(title: "RESUMING") var resume: ResumeOptions
    @OptionGroup(title: "CARE FOR SERVERS") var pace: PaceOptions

    /// The lookup that is asked for.
    var lookup: Lookup {
        get throws {
            let layout = layout ?? (onConflict == .set ? .sets : .hash)
            guard let lookup = Lookup(into.bytes, layout: layout) else {
                throw ValidationError("--into '\(into)': a lookup needs a name that keeps it in one slot")
            }
            return lookup
        }
    }

    func validate() throws {
        guard query.pattern != nil else {
            throw ValidationError("which keys? Say it with --match, for example --match 'user:*'")
        }
        guard query.keyType == nil || query.keyType == .hash else {
            throw ValidationError("--type: only hashes have fields")
        }
        if onConflict == .set, let layout, layout != .sets {
            throw ValidationError("--on-conflict set needs --layout sets: other entries name one key")
        }
        if onConflict == .fail, layout == .sets {
            throw ValidationError("--layout sets knows no conflicts: leave out --on-conflict fail")
        }
        _ = try lookup
    }

    func run() async throws {
        try await IndexRun(command: self).run()
    }
}

extension LookupLayout: ExpressibleByArgument {}
