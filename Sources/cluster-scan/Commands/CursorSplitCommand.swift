import ArgumentParser
import ClusterScan

/// `cluster-scan cursor split`
struct CursorSplitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split",
        abstract: "Divide what is left of an iteration among several workers.",
        usage: "cluster-scan cursor split --into <n> [<options>] <cursor> [<url> ...]",
        discussion: """
            Prints one cursor a line. Together they stand for everything that the given one still wants; no \
            two have a slot in common, and they have about equally many keys. Use them in its place, in any \
            order, on any machines. There are fewer than asked for only where fewer slots are left.

            EXAMPLES
              Eight jobs at a time, each with a file of its own:
                cluster-scan cursor split --into 8 0 10.0.0.1:7000 |
                  xargs -P 8 -I {} cluster-scan keys 10.0.0.1:7000 \\
                    --cursor {} --output 'keys.{}'

              What is left of a dump that was stopped; the query must be the same:
                cluster-scan cursor split --into 4 "$(cat keys.cursor)" \\
                  10.0.0.1:7000 --match 'user:*'
            """
    )

    @Argument(help: ArgumentHelp("The cursor to divide; 0 for a whole iteration.", valueName: "cursor"))
    var token: String

    @OptionGroup(title: "CLUSTER") var connection: ConnectionOptions
    @OptionGroup(title: "KEYS") var query: QueryOptions

    @Option(help: ArgumentHelp("How many cursors to make.", valueName: "n"))
    var into: Quantity

    func run() async throws {
        let cursor = try ScanCursor(token)
        let database = try ConnectionPlan(urls: connection.urls, user: connection.user).database
        let query = ScanQuery(pattern: query.pattern, type: query.keyType, database: database)
        let parts = try await connection.withScanner { scanner in
            let counts = try await scanner.keyCounts()
            return try await cursor.split(
                into: into.value,
                query: query,
                topology: scanner.topology(),
                keyCounts: counts.reduce(into: [:]) { $0[$1.key.id] = $1.value }
            )
        }
        try StandardOutput.write(parts.map { $0.description + "\n" }.joined())
    }
}
