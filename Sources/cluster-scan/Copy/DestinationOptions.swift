import ArgumentParser
import ClusterScan

/// Where copies go, and as whom.
struct DestinationOptions: ParsableArguments {
    /// The variable that holds the destination's password.
    static let passwordVariable = "CLUSTER_SCAN_TO_PASSWORD"

    @Option(
        help: ArgumentHelp(
            "A node of the destination: a cluster or a single server. May be given several times.",
            discussion: """
                redis://[user[:password]@]host[:port][/database], rediss:// with TLS, host:port, or \
                unix:///path.
                """,
            valueName: "url"
        )
    )
    var to: [String] = []

    @Option(
        name: .customLong("to-map"),
        parsing: .singleValue,
        help: ArgumentHelp(
            "Where an address that the destination announces is reached, as --map.",
            valueName: "from=to"
        ),
        transform: AddressMapRule.argument
    )
    var addressRules: [AddressMapRule] = []

    @Option(help: "Authenticate at the destination as this user.")
    var toUser: String?

    @Flag(
        help: ArgumentHelp(
            "Ask for the destination's password on the terminal, without showing it.",
            discussion: "Otherwise it is taken from the URL or from the variable \(passwordVariable)."
        )
    )
    var askToPassword = false

    @OptionGroup var security: DestinationSecurityOptions

    func validate() throws {
        guard !to.isEmpty else { throw ValidationError("where to? Name a node of the destination with --to") }
        let plan = try ConnectionPlan(urls: to, user: toUser)
        _ = try security.plan(urlSaysTLS: plan.usesTLS)
        if askToPassword, plan.password != nil {
            throw ValidationError("the URL of --to has a password already: leave out --ask-to-password")
        }
    }

    /// Where copies go, without users and passwords, as on a command line. Of a cluster any node will do; a
    /// single server is known by its address alone, as it has no identity that survives a restart.
    func words(for destination: ClusterTopology?) throws -> [String] {
        let plan = try ConnectionPlan(urls: to, user: toUser)
        let places = destination == nil ? Set(plan.seeds.map(\.description)).sorted() : ["cluster"]
        return places.flatMap { ["--to", "\($0)/\(plan.database)"] }
    }

    /// A scanner for the destination, with the time limits of the source.
    func scanner(like source: ConnectionConfiguration) throws -> ClusterScanner {
        var plan = try ConnectionPlan(urls: to, user: toUser)
        if askToPassword {
            plan.password = try PasswordPrompt.ask(
                "Password of the destination\(plan.username.map { " for \($0)" } ?? ""): "
            )
        }
        plan.password = plan.password ?? Environment[Self.passwordVariable]
        if let username = plan.username, plan.password == nil {
            throw CommandFailure(
                .usage,
                "the user \(username) of the destination needs a password: set \(Self.passwordVariable), or "
                    + "use --ask-to-password"
            )
        }
        let configuration = ConnectionConfiguration(
            username: plan.username,
            password: plan.password,
            database: plan.database,
            tls: try security.plan(urlSaysTLS: plan.usesTLS) { Environment[$0] }
                .load(for: "the destination"),
            connectTimeout: source.connectTimeout,
            commandTimeout: source.commandTimeout,
            addressMap: AddressMap(addressRules)
        )
        return ClusterScanner(
            seeds: plan.seeds,
            connection: configuration,
            telemetry: RunSettings.telemetry
        )
    }
}
