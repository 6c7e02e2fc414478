import ArgumentParser
import ClusterScan
import ClusterScanOperations

/// `cluster-scan copy`
struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy keys to another cluster or server, with their values and expiry.",
        usage: "cluster-scan copy --to <url> [<options>] [<url> ...]",
        discussion: """
            Values travel as the servers serialise them (DUMP, RESTORE), many at a time on both sides. Those \
            over --largest-piece, and those that an older destination does not understand, are copied \
            element by element under a temporary name (cluster-scan:copying:…), and get their own name when \
            they are complete. What can be copied in neither way is named, and the exit status is 1.

            Keys that exist at the destination are left alone unless --replace is given; where the value is \
            another one, that is said and the exit status is 1. So the same command can be repeated until it \
            exits with 0. Each key is copied as it is at one moment: what is written to it afterwards is not.

            EXAMPLES
              A cluster to another one, and a look whether all has arrived:
                cluster-scan copy 10.0.0.1:7000 --to 10.1.0.1:7000 --verify

              What that would be:
                cluster-scan copy 10.0.0.1:7000 --to 10.1.0.1:7000 --dry-run

              One application to a server of its own, under other names:
                cluster-scan copy 10.0.0.1:7000 --match 'old:*' --rename-prefix old:=new: \\
                  --to localhost:6379

              With passwords, which are never part of the command line:
                REDISCLI_AUTH=… \(DestinationOptions.passwordVariable)=… \\
                  cluster-scan copy redis://reader@10.0.0.1:7000 --to redis://writer@10.1.0.1

              Gently, and resumable:
                cluster-scan copy --to 10.1.0.1:7000 --rate 5k --resume copy.cursor

            EXIT STATUS
            \(ExitStatus.table)
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @OptionGroup(title: "SOURCE") var connection: ConnectionOptions
    @OptionGroup(title: "DESTINATION") var destination: DestinationOptions
    @OptionGroup(title: "KEYS") var query: QueryOptions

    @Flag(help: "Replace keys that exist at the destination.")
    var replace = false

    @Option(
        help: ArgumentHelp(
            "Let copies begin with another prefix: old:=new:.",
            discussion: """
                Escapes are those of text output; a '=' in the old prefix is \\x3d. Refused where two keys \
                could get one name: select names that begin with the old prefix (--match 'old:*').
                """,
            valueName: "old=new"
        )
    )
    var renamePrefix: PrefixRename?

    @Option(
        help: ArgumentHelp(
            "Copy larger values element by element, in bytes: 1M, 64M.",
            discussion: "While a server packs or unpacks a value it does nothing else.",
            valueName: "bytes"
        )
    )
    var largestPiece = Quantity(64_000_000)

    @Flag(help: "Only say how many keys would be copied, and how many exist at the destination.")
    var dryRun = false

    @Flag(help: "Afterwards look whether all keys are at the destination, and compare some of them.")
    var verify = false

    @Flag(help: "Copy nothing, only verify.")
    var verifyOnly = false

    @Option(help: ArgumentHelp("How many keys to compare, chosen at random.", valueName: "n"))
    var samples = Quantity(1000)

    @Option(
        help: ArgumentHelp("By how much the moments may differ at which a key expires.", valueName: "time")
    )
    var expiryTolerance = TimeSpan(milliseconds: 1000)

    @Option(help: "How the result is written: text or json.")
    var format = Format.text

    @OptionGroup(title: "WORK") var work: WorkRunOptions
    @OptionGroup(title: "RESUMING") var resume: ResumeOptions
    @OptionGroup(title: "CARE FOR SERVERS") var pace: PaceOptions

    func validate() throws {
        if dryRun, verify || verifyOnly {
            throw ValidationError("--dry-run copies nothing that could be verified: leave out one of them")
        }
        if verifyOnly, resume.checkpoint != nil || resume.cursor != nil {
            throw ValidationError(
                "--verify-only always looks at all keys: leave out --checkpoint and --cursor"
            )
        }
        if let collision = renamePrefix?.collision(among: query.pattern) {
            throw ValidationError("--rename-prefix: \(collision)")
        }
    }

    func run() async throws {
        try await CopyRun(command: self).run()
    }

    /// The command with the options that decide where a key goes, and whether.
    func deed(to cluster: ClusterTopology?) throws -> [String] {
        ["copy"] + (try destination.words(for: cluster)) + (replace ? ["--replace"] : [])
            + (renamePrefix.map { rename in
                let old = ArgumentText.text(rename.old).replacing("=", with: "\\x3d")
                return ["--rename-prefix", "\(old)=\(ArgumentText.text(rename.new))"]
            } ?? [])
    }

    var options: CopyOptions {
        CopyOptions(
            replacesExisting: replace,
            rename: renamePrefix,
            maximumPieceBytes: largestPiece.value,
            commands: CommandOptions(patience: pace.patience.duration)
        )
    }
}
