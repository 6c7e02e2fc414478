import ArgumentParser
import ClusterScan

/// Where copies go, and as whom.
struct DestinationOptions: ParsableArguments {
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

    @Option(help: ArgumentHelp("The number of the destination's database.", valueName: "n"))
    var toDb: Int?

    @Flag(
        help: ArgumentHelp(
            "Ask for the destination's password on the terminal, without showing it.",
            discussion: """
                Otherwise it is taken from the URL, --to-password-file, or the variable \
                \(Environment.destinationPassword).
                """
        )
    )
    var askToPassword = false

    @Option(
        help: ArgumentHelp(
            "Read the destination's password from the first line of this file.",
            valueName: "file"
        ),
        completion: .file()
    )
    var toPasswordFile: String?

    @OptionGroup var security: DestinationSecurityOptions

    func validate() throws {
        guard !to.isEmpty else { throw ValidationError("where to? Name a node of the destination with --to") }
        let plan = try plan()
        _ = try security.plan(urlSaysTLS: plan.usesTLS)
        if askToPassword || toPasswordFile != nil, plan.password != nil {
            let option = askToPassword ? "--ask-to-password" : "--to-password-file"
            throw ValidationError("the URL of --to has a password already: leave out \(option)")
        }
        if askToPassword, toPasswordFile != nil {
            throw ValidationError("--ask-to-password and --to-password-file exclude each other")
        }
    }

    /// Where the password is if not in the URL.
    private var passwordSource: PasswordSource? {
        toPasswordFile.map { .file($0) }
            ?? Environment[Environment.destinationPassword].map { .given(PasswordSource.withoutLineEnd($0)) }
    }

    private func plan() throws -> ConnectionPlan {
        var plan = try ConnectionPlan(urls: to, user: toUser)
        if let toDb { try plan.select(toDb) }
        return plan
    }

    /// Whether the destination's database is named.
    var namesDatabase: Bool { get throws { try plan().namesDatabase } }

    /// Where copies go, without users and passwords, as on a command line. Of a cluster any node will do; a
    /// single server is known by its address alone, as it has no identity that survives a restart.
    func words(for destination: ClusterTopology?) throws -> [String] {
        let plan = try plan()
        let places = destination == nil ? Set(plan.seeds.map(\.description)).sorted() : ["cluster"]
        return places.flatMap { ["--to", "\($0)/\(plan.database)"] }
    }

    /// A scanner for the destination, with the time limits of the source.
    func scanner(like source: ConnectionConfiguration) throws -> ClusterScanner {
        var plan = try plan()
        if askToPassword {
            plan.password = try PasswordPrompt.ask(
                "Password of the destination\(plan.username.map { " for \($0)" } ?? ""): "
            )
        }
        plan.password = try plan.password ?? passwordSource?.fetch()
        if let username = plan.username, plan.password == nil {
            throw CommandFailure(
                .usage,
                "the user \(username) of the destination needs a password: set "
                    + "\(Environment.destinationPassword), or use --ask-to-password"
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
            addressMap: AddressMap(addressRules),
            countsAsUse: false,
            label: CommandFailure.destinationLabel,
            credentialProvider: askToPassword ? nil : passwordSource?.provider(for: plan.username)
        )
        return ClusterScanner(
            seeds: plan.seeds,
            connection: configuration,
            telemetry: RunSettings.telemetry
        )
    }
}
