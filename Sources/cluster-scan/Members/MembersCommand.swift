import ArgumentParser
import ClusterScan

/// `cluster-scan members`
struct MembersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "members",
        abstract: "Write what one key holds: members, fields, elements or entries.",
        usage: "cluster-scan members [<options>] <key> [<url> ...]",
        discussion: """
            Reads sets, hashes, sorted sets, lists and streams of any size in pages, from whichever node has \
            the key by then. Members that are there from start to end are written at least once, also when \
            the key's slot moves or its primary fails over: a set, hash or sorted set is then read \
            again from its beginning, and the command says so. A list that is changed at its head meanwhile \
            may lack elements.

            EXAMPLES
              Members of a set, fields and values of a hash, scores of a sorted set:
                cluster-scan members online 10.0.0.1:7000
                cluster-scan members user:42 10.0.0.1:7000 --match 'address:*'
                cluster-scan members scores 10.0.0.1:7000 --format json

              Names only:
                cluster-scan members user:42 --no-values
                cluster-scan members scores --no-scores | sort | uniq

              A name that is not plain text, as 'keys --format text' writes it:
                cluster-scan members --escaped 'caf\\xe9'

              What comes after a page that was stopped:
                cluster-scan members online --limit 1000 --cursor m.AQFf…

            A key that does not exist is said so, with exit status 66. Press Ctrl-C once to stop cleanly and \
            get a cursor, twice to stop at once. 'cluster-scan help keys' has all exit statuses.
            """
    )

    @Argument(help: "The name of the key.")
    var key: ByteArgument

    @OptionGroup(title: "CLUSTER") var connection: ConnectionOptions

    @Flag(help: "Read \\n \\r \\t \\\\ \\xHH in the name and in --match as 'keys --format text' writes them.")
    var escaped = false

    @Option(help: ArgumentHelp("Only members, fields or elements that match this glob.", valueName: "glob"))
    var match: ByteArgument?

    @Flag(help: "Leave out the values of a hash and the fields of a stream.")
    var noValues = false

    @Flag(help: "Leave out the scores of a sorted set.")
    var noScores = false

    @Option(
        help: ArgumentHelp(
            "About how many members the server looks at in one call. (default: 1000)",
            valueName: "n"
        )
    )
    var count: Quantity?

    @Option(
        help: ArgumentHelp(
            "How members are written: text, json or nul.",
            discussion: """
                text: one a line, escaped as 'keys' does it; a value, score or field follows behind a tab. \
                json: {"member":…}, {"field":…,"value":…}, {"member":…,"score":…}, \
                {"index":…,"element":…} or {"id":…,"fields":[{"name":…,"value":…}]} a line, with \
                "member_base64" and the like for bytes that are not UTF-8, and a last line \
                {"report":{"complete":…}}. nul: the bytes as they are, each name and each value with a \
                zero byte behind it.
                """
        )
    )
    var format = MemberFormat.text

    @Option(
        help: ArgumentHelp(
            "Stop after so many members: 500, 10k.",
            discussion: "A cursor stands for whole pages, so that going on repeats some of the last members.",
            valueName: "n"
        )
    )
    var limit: Quantity?

    @Option(
        help: ArgumentHelp(
            "Go on from the cursor that an earlier run printed.",
            discussion: "Key and --match must be the same. 0 starts from the beginning.",
            valueName: "token"
        )
    )
    var cursor: String?

    @Option(
        help: ArgumentHelp(
            "How long the key may stay out of reach, as during a failover: 30s, 5m. (default: 60s)",
            valueName: "time"
        )
    )
    var patience: TimeSpan?

    func validate() throws {
        guard name != nil, pattern != nil || match == nil else { throw PatternOptions.malformed }
    }

    private var name: [UInt8]? { escaped ? EscapedText.decode(key.bytes) : key.bytes }
    private var pattern: GlobPattern? {
        match.flatMap { PatternOptions.pattern($0, escaped: escaped) }
    }

    func run() async throws {
        try StandardOutput.refuseTerminal(for: format == .nul)
        let (seeds, configuration) = try connection.resolve()
        let start = try cursor.map { try MemberCursor($0) } ?? .start
        let profile = RunSettings.profile
        let console = Console(RunSettings.log)
        let scanner = ClusterScanner(
            seeds: seeds,
            connection: configuration,
            telemetry: RunSettings.telemetry
        )
        let count = (count ?? profile.count)?.value ?? 1000
        let run = MemberRun(
            pages: scanner.memberPages(
                of: name ?? [],
                from: start,
                match: pattern,
                withValues: !noValues,
                // Smaller pages, so that some fit in as a whole and the cursor moves on.
                count: limit.map { min(count, max($0.value / 4, 1)) } ?? count,
                patience: (patience ?? profile.patience)?.duration ?? .seconds(60)
            ),
            start: start,
            limit: limit.map { UInt64($0.value) },
            format: format,
            parts: MemberWriter.Parts(values: !noValues, scores: !noScores),
            console: console
        )
        let signals = StopSignals()
        let reading = Task { await run.run() }
        var ending = await signals.watch(stop: reading.cancel) { await reading.value }
        if case .stopped = ending.cause, let signal = signals.received { ending.cause = .stopped(signal) }
        await scanner.shutDown()
        report(ending, on: console)
        await console.finish()
        if ending.status != .complete { throw CommandFailure(ending.status) }
    }

    private func report(_ ending: MemberEnding, on console: Console) {
        let complaint = ending.complaint(colors: console.showsColors)
        if let complaint { console.say(complaint, level: .error) }
        if console.tellsProgress, let summary = ending.summary(colors: console.showsColors) {
            console.say(summary)
        }
        guard complaint != nil || console.tellsProgress, ending.status != .pipeClosed, ending.hasBegun,
            let cursor = ending.cursor, cursor.membersReturned != nil
        else { return }
        let hint = ResumeHint(arguments: ProcessArguments.all, cursor: cursor)
        let password = hint.needsPassword ? " (with the password in REDISCLI_AUTH)" : ""
        console.say(
            "Go on with this command, adding to the output\(password):\n  \(hint.command)",
            cursor: cursor.description
        )
    }
}
