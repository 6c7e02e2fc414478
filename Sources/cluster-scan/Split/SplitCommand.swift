import ArgumentParser
import ClusterScan

/// `cluster-scan split`
struct SplitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split",
        abstract: "Divide an iteration, or what is left of one, among several workers.",
        usage: "cluster-scan split --parts <n> [<options>] [<url> ...]",
        discussion: """
            Prints one cursor a line. Together they stand for everything that is still to be read; no two \
            have a slot in common, and they have about equally many keys. Give each to one \
            'cluster-scan keys --cursor', in any order, on any machines; --match and --type must be the \
            same there. Slots may move meanwhile. There are fewer cursors than asked for only where fewer \
            slots are left.

            EXAMPLES
              Eight jobs at a time, each with a file of its own:
                cluster-scan split --parts 8 10.0.0.1:7000 |
                  parallel -j 8 cluster-scan keys 10.0.0.1:7000 \\
                    --cursor {} --output keys.{#}

              What is left of a dump that was stopped; the query must be the same:
                cluster-scan split --parts 4 --cursor "$(cat keys.cursor)" \\
                  10.0.0.1:7000 --match 'user:*'

              How much is in each part:
                cluster-scan split --parts 4 10.0.0.1:7000 --format json | jq .slots

            Docs/Splitting.md has a Kubernetes job.
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @OptionGroup(title: "CLUSTER") var connection: ConnectionOptions
    @OptionGroup(title: "KEYS") var query: QueryOptions

    @Option(help: ArgumentHelp("How many cursors to make.", valueName: "n"))
    var parts: Quantity

    @Option(
        help: ArgumentHelp(
            "Divide what this cursor has left; use the parts in its place.",
            discussion: "0 divides a whole iteration.",
            valueName: "token"
        )
    )
    var cursor = "0"

    @Flag(help: AnyCluster.help)
    var anyCluster = false

    @Option(
        help: ArgumentHelp(
            "How they are written: text or json.",
            discussion: #"json: {"part":0,"cursor":"…","slots":"0-4095","slot_count":4096} a line."#
        )
    )
    var format = Format.text

    func run() async throws {
        let cursor = try ScanCursor(cursor)
        let query = ScanQuery(
            pattern: query.pattern,
            type: query.keyType,
            database: try connection.plan().database
        )
        let cursors = try await connection.withScanner { scanner in
            let counts = try await scanner.keyCounts()
            let topology = try await scanner.topology()
            guard try anyCluster || cursor.progress(of: query).mark.matches(topology) else {
                throw ClusterScanError(.invalidCursor, ScanFailure.otherCluster.message)
            }
            return try cursor.split(
                into: parts.value,
                query: query,
                topology: topology,
                keyCounts: counts.reduce(into: [:]) { $0[$1.key.id] = $1.value }
            )
        }
        let lines = cursors.enumerated().map { index, part in
            switch format {
            case .text: part.description
            case .json: SplitCommand.json(part, index: index)
            }
        }
        try StandardOutput.write(lines.map { $0 + "\n" }.joined())
    }

    private static func json(_ part: ScanCursor, index: Int) -> String {
        let open = part.inspection.map { $0.wanted.subtracting($0.covered) } ?? SlotSet()
        return JSONText.object([
            ("part", .number(index)), ("cursor", .string(part.description)),
            ("slots", .string(open.description)), ("slot_count", .number(open.count)),
        ]).line
    }
}
