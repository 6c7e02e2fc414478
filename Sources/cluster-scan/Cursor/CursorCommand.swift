import ArgumentParser
import ClusterScan

/// `cluster-scan cursor`
struct CursorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cursor",
        abstract: "Look into cursors.",
        discussion: """
            EXAMPLES
              cluster-scan cursor inspect AYx2…
            """,
        subcommands: [CursorInspectCommand.self]
    )
}

/// `cluster-scan cursor inspect`
struct CursorInspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Say in words what a cursor says.",
        usage: "cluster-scan cursor inspect [<options>] <token>",
        discussion: """
            A cursor holds no names of keys, no addresses and no passwords: only slots, counts, and the \
            first digits of node ids and run ids. What is damaged is refused with exit status 65.

            EXAMPLES
              cluster-scan cursor inspect AYx2…
              cluster-scan cursor inspect - < keys.cursor
              cluster-scan cursor inspect - --format json < keys.cursor | jq .keys_returned
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @OptionGroup(title: "MESSAGES") var log: LogOptions

    @Argument(help: "The cursor, or - to read it from standard input.")
    var token: String

    @Option(help: "How to write it: text or json.")
    var format = Format.text

    func run() async throws {
        var token = token
        if token == "-" {
            let input = FileDescriptor(rawValue: 0, name: "standard input")
            token = try FileSystem.text(of: input, atMost: 2 << 20)
        }
        let report = CursorReport(try ScanCursor(token.filter { !$0.isWhitespace }))
        switch format {
        case .text: try StandardOutput.write(report.text)
        case .json: try StandardOutput.write(report.json.text + "\n")
        }
    }
}
