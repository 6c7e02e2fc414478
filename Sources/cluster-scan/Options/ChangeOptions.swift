import ArgumentParser
import ClusterScan

/// Whether a command that changes keys may, and how it tells of it.
struct ChangeOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @Flag(
        help: ArgumentHelp(
            "Change keys. Without this, only say which and how many would be changed.",
            discussion: "Nothing asks again."
        )
    )
    var yes = false

    @Flag(help: "Every key of the cluster: needed where neither --match nor --type says which.")
    var all = false

    @Option(help: "How the result is written: text or json.")
    var format = Format.text

    func validate(_ query: QueryOptions) throws {
        try ChangeOptions.validate(query, all: all)
    }

    static func validate(_ query: QueryOptions, all: Bool) throws {
        let isEverything =
            query.type == nil && (query.pattern?.bytes ?? []).allSatisfy { $0 == UInt8(ascii: "*") }
        if isEverything, !all {
            throw ValidationError(
                "this concerns every key of the cluster: name them with --match or --type, or use --all"
            )
        }
        if all, !isEverything {
            throw ValidationError("--all contradicts --match and --type: leave it out")
        }
    }
}
