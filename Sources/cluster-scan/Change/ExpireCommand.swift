public import ArgumentParser
import ClusterScan
public import ClusterScanOperations

/// `cluster-scan expire`
struct ExpireCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expire",
        abstract: "Let the keys that match expire.",
        discussion: """
            Without --yes nothing is changed: the command counts the keys that would get another expiry. \
            With --yes it sends PEXPIRE or PEXPIREAT, many at a time, through moving slots and failovers.

            With --jitter, keys expire at different moments: each up to so much later, by a hash of its \
            name, so that the same key gets the same when the command is repeated.

            EXAMPLES
              Sessions that were forgotten, within a day and an hour:
                cluster-scan expire --match 'session:*' --only nx --ttl 24h --jitter 1h

              The same in earnest, at most 5,000 keys a second:
                cluster-scan expire --match 'session:*' --only nx \\
                  --ttl 24h --jitter 1h --rate 5k --yes

              A campaign, at its end:
                cluster-scan expire --match 'campaign:*' --at 2031-01-01T00:00:00Z --yes

            Ctrl-C once finishes what is under way and prints how to go on; twice stops at once. Exit \
            status 0: all done; 1: servers refused some keys; others: 'cluster-scan help keys'.
            """
    )

    @OptionGroup(title: "CLUSTER") var connection: ConnectionOptions
    @OptionGroup(title: "KEYS") var query: QueryOptions
    @OptionGroup(title: "EXPIRY") var expiry: ExpiryOptions
    @OptionGroup(title: "CHANGE") var change: ChangeOptions
    @OptionGroup(title: "WORK") var work: WorkRunOptions
    @OptionGroup(title: "RESUMING") var resume: ResumeOptions
    @OptionGroup(title: "CARE FOR SERVERS") var pace: PaceOptions

    func validate() throws { try change.validate(query) }

    func run() async throws {
        try await ChangeRun(
            change: .expire(expiry.expiry()),
            words: WorkWords(done: "given an expiry"),
            deed: ["expire"] + expiry.words,
            connection: connection,
            query: query,
            resume: resume,
            pace: pace,
            work: work,
            options: change
        ).run()
    }
}

/// When keys shall expire.
struct ExpiryOptions: ParsableArguments {
    @Option(help: ArgumentHelp("So long from when each key is worked on: 90s, 15m, 1h.", valueName: "time"))
    var ttl: TimeSpan?

    @Option(
        help: ArgumentHelp(
            "At this moment: seconds since 1970, or 2031-01-01T00:00:00Z.",
            valueName: "moment"
        )
    )
    var at: Moment?

    @Option(
        help: ArgumentHelp("Up to so much later, so that not all expire at once: 10m.", valueName: "time")
    )
    var jitter: TimeSpan?

    @Option(
        help: ArgumentHelp(
            "Which keys: nx, xx, gt or lt.",
            discussion: """
                nx: those that do not expire. xx: those that do. gt: those that would expire earlier. lt: \
                those that would expire later or not at all. Needs servers from Redis 7.0 on.
                """
        )
    )
    var only: KeyExpiry.Condition?

    func validate() throws {
        guard (ttl == nil) != (at == nil) else {
            throw ValidationError("say when keys shall expire: either --ttl or --at")
        }
        if let ttl, ttl.duration < .milliseconds(1) {
            throw ValidationError("--ttl \(ttl) would delete the keys: use 'cluster-scan delete' for that")
        }
        if let at, at.milliseconds <= SystemTime.millisecondsSince1970 {
            throw ValidationError(
                "--at \(at) has passed and would delete the keys: use 'cluster-scan delete' for that"
            )
        }
    }

    /// The options, as on a command line.
    var words: [String] {
        [
            ttl.map { "--ttl=\($0)" }, at.map { "--at=\($0)" }, jitter.map { "--jitter=\($0)" },
            only.map { "--only=\($0.rawValue)" },
        ].compactMap { $0 }
    }

    func expiry() throws -> KeyExpiry {
        let moment: KeyExpiry.Moment
        if let at {
            moment = .at(milliseconds: at.milliseconds)
        } else if let ttl {
            moment = .after(ttl.duration)
        } else {
            throw ValidationError("say when keys shall expire: either --ttl or --at")
        }
        return KeyExpiry(moment, jitter: jitter?.duration ?? .zero, condition: only)
    }
}

extension KeyExpiry.Condition: ExpressibleByArgument {}
