import ArgumentParser
import ClusterScan
import ClusterScanOperations

/// `cluster-scan exec`
struct ExecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Run a command for every key that matches.",
        usage: "cluster-scan exec [<options>] [<url> ...] -- <command> ... {} ...",
        discussion: """
            What follows -- is a command of the server in which {} stands for the key: once, alone or \
            within an argument ('copy:{}'), and where the command has its key. Each command goes to the node \
            that has its key, many at a time, through moving slots and failovers. Standard output gets a \
            line for each: the key, a tab and the reply, or JSON.

            The servers are asked first what the command is (COMMAND INFO, COMMAND GETKEYS). Refused are \
            commands on no key or on several, and those that block or are for administrators. Whatever \
            does not only read is a dry run without --yes. Where a connection is lost before the reply, \
            a command that writes is not sent again: the key is named as one with an unknown outcome.

            EXAMPLES
              The memory that each key takes, the largest first:
                cluster-scan exec --match 'user:*' -- MEMORY USAGE {} |
                  sort -t $'\\t' -k 2 -rn

              Lengths of all lists, for a program:
                cluster-scan exec --type list --format json -- LLEN {}

              Something that writes, first without doing it:
                cluster-scan exec --match 'user:*' --type hash -- HSET {} checked 1
                cluster-scan exec --match 'user:*' --type hash --yes -- HSET {} checked 1

              A value that is {} itself needs another placeholder:
                cluster-scan exec --match 'cfg:*' --placeholder @ --yes -- SET @ '{}'

            Ctrl-C once finishes what is under way and prints how to go on; twice stops at once. Exit \
            status 0: all done; 1: servers refused some keys; others: 'cluster-scan help keys'.
            """
    )

    @OptionGroup(title: "CLUSTER") var connection: ConnectionOptions
    @OptionGroup(title: "KEYS") var query: QueryOptions
    @OptionGroup(title: "WORK") var work: WorkRunOptions
    @OptionGroup(title: "RESUMING") var resume: ResumeOptions
    @OptionGroup(title: "CARE FOR SERVERS") var pace: PaceOptions

    @Option(help: "What stands for the key in the command.")
    var placeholder = ByteArgument(argument: "{}")

    @Option(
        help: ArgumentHelp(
            "How replies are written: text or json.",
            discussion: """
                text: the key, a tab, and the reply, escaped as 'keys' does it; (nil), (error) …, and arrays \
                as ["a", 1]. json: {"key":"…","reply":…} or {"key":"…","error":"…"} a line, with \
                "key_base64" and {"base64":"…"} for what is not UTF-8, integers beyond 2^53 as strings, and \
                a last line {"report":{"complete":…}}.
                """
        )
    )
    var format = ReplyFormat.text

    @Flag(help: "Also run a command that does not only read.")
    var yes = false

    @Flag(help: "Every key of the cluster: needed to write where neither --match nor --type says which.")
    var all = false

    /// What follows `--`, see ``ClusterScanCommand/read(_:)``.
    @Option(
        name: .customLong(Self.wordOption),
        parsing: .singleValue,
        help: ArgumentHelp(visibility: .private),
        transform: { ByteArgument(argument: String($0.unicodeScalars.dropFirst())) }
    )
    var command: [ByteArgument] = []

    static let wordOption = "word-of-command"

    func validate() throws { _ = try template() }

    private func template() throws -> CommandTemplate {
        guard !placeholder.bytes.isEmpty else { throw ValidationError("--placeholder must not be empty") }
        do throws(CommandTemplate.Problem) {
            return try CommandTemplate(command.map(\.bytes), placeholder: placeholder.bytes)
        } catch {
            throw ValidationError("after -- comes a command such as 'TTL {}': \(error.description)")
        }
    }

    func run() async throws {
        let template = try template()
        let review = try await review(template)
        if !review.isReadOnly {
            try ChangeOptions.validate(query, all: all)
        }
        let isDryRun = !review.isReadOnly && !yes
        let session = try WorkSession(
            connection,
            query,
            resume,
            pace,
            work,
            of: ["exec", "--placeholder", placeholder.text, "--"] + command.map(\.text),
            keepsCursor: !isDryRun,
            writesResults: !isDryRun
        )
        if !review.isReadOnly, let danger = query.danger { session.console.warn(danger) }
        if isDryRun {
            try await tryOut(template, session)
        } else {
            try await act(template, isRepeatable: review.isReadOnly, session)
        }
    }

    private func review(_ template: CommandTemplate) async throws -> ClusterScanner.CommandReview {
        do {
            return try await connection.withScanner { try await $0.review(template) }
        } catch var error as ClusterScanError where error.code == .permissionDenied {
            error.message =
                "the server has to say what the command is (COMMAND INFO, COMMAND GETKEYS): \(error.message)"
            throw error
        }
    }

    private func tryOut(_ template: CommandTemplate, _ session: WorkSession) async throws {
        let words = WorkWords(done: "given \(commandName)")
        let (pattern, type) = (query.pattern, query.keyType)
        var (preview, signal) = await session.run { session in
            await session.scanner.preview(
                nil,
                match: pattern,
                type: type,
                from: session.start,
                options: session.options,
                onProgress: session.tracker.note
            )
        }
        let report = ChangeReport(words)
        let rate = work.rate.map { Double($0.value) }
        var result: String?
        if format == .json {
            result = report.json(preview, rate: rate).text + "\n"
        } else if preview.report.isComplete {
            preview.samples = preview.samples.map { key in
                Array(template.filled(with: key).joined(separator: [UInt8(ascii: " ")]))
            }
            result = report.text(preview, rate: rate)
        }
        let ending = WorkEnding(preview.report, signal: signal)
        try await session.finish(ending, words: words, dryRun: true, result: result)
    }

    private func act(_ template: CommandTemplate, isRepeatable: Bool, _ session: WorkSession) async throws {
        let words = WorkWords(done: "done")
        let (pattern, type) = (query.pattern, query.keyType)
        let writer = ReplyWriter(.standardOutput, format: format)
        let (report, signal) = await session.run { session in
            await session.scanner.execute(
                template,
                isRepeatable: isRepeatable,
                match: pattern,
                type: type,
                from: session.start,
                options: session.options,
                onProgress: session.tracker.note
            ) { replies in
                try await writer.write(replies)
            }
        }
        let ending = WorkEnding(report, signal: signal)
        if format == .json, !ending.isOutputFailure {
            let line = JSONText.object([("report", .object(ChangeReport.members(report)))]).line
            try await writer.end(with: line)
        }
        if session.isWatched, ending.status == .complete { session.console.say(ending.summary(words)) }
        try await session.finish(ending, words: words)
    }

    private var commandName: String { command.first?.description.uppercased() ?? "" }
}
