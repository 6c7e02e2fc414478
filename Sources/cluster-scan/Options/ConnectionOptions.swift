import ArgumentParser
import ClusterScan

/// Which cluster, and as whom; and how much is said about it.
struct ConnectionOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Any nodes of the cluster; the others are found through them.",
            discussion: """
                redis://[user[:password]@]host[:port][/database], rediss:// with TLS, host:port, or \
                unix:///path/of/socket. One node is enough; more help when it is down. Without any: those of \
                the variable CLUSTER_SCAN_URL, then of the profile, then redis://127.0.0.1:6379.
                """,
            valueName: "url"
        )
    )
    var urls: [String] = []

    @Option(
        name: [.customShort("s"), .long],
        help: ArgumentHelp("A node to begin with: the Unix domain socket of a server.", valueName: "path"),
        completion: .file()
    )
    var socket: String?

    @Option(
        name: .customLong("map"),
        parsing: .singleValue,
        help: ArgumentHelp(
            "Where an address that the cluster announces is reached. May be given several times.",
            discussion: """
                For clusters behind NAT, in containers, or at the end of a tunnel: \
                10.0.0.5:6379=127.0.0.1:7001. A host alone (10.0.0.5=bastion, *=127.0.0.1) keeps the port. \
                Cursors stay the same with another map, or without one.
                """,
            valueName: "from=to"
        ),
        transform: AddressMapRule.argument
    )
    var addressRules: [AddressMapRule] = []

    @Option(
        help: ArgumentHelp(
            "Take settings from this profile of the configuration file.",
            discussion: "Without it: that of the variable CLUSTER_SCAN_PROFILE, if it is set.",
            valueName: "name"
        )
    )
    var profile: String?

    @Option(
        help: ArgumentHelp(
            "The configuration file.",
            discussion:
                "Without it: that of the variable CLUSTER_SCAN_CONFIG, then ~/.config/cluster-scan/config.",
            valueName: "file"
        ),
        completion: .file()
    )
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Authenticate as this user of the access control list.",
            discussion: "Without it: the user of the URL, the variable CLUSTER_SCAN_USER, or the profile."
        )
    )
    var user: String?

    @Flag(
        help: ArgumentHelp(
            "Ask for the password on the terminal, without showing it.",
            discussion: """
                Otherwise it is taken from the URL, --password-file, the variable REDISCLI_AUTH, or the \
                profile.
                """
        )
    )
    var askPassword = false

    @Option(
        help: ArgumentHelp("Read the password from the first line of this file.", valueName: "file"),
        completion: .file()
    )
    var passwordFile: String?

    @Option(
        help: ArgumentHelp(
            "How long to wait for a connection: 500ms, 2s, 1m. (default: 5s)",
            valueName: "time"
        )
    )
    var connectTimeout: TimeSpan?

    @Option(
        help: ArgumentHelp("How long to wait for a reply: 500ms, 2s, 1m. (default: 10s)", valueName: "time")
    )
    var commandTimeout: TimeSpan?

    @OptionGroup(title: "TLS") var security: SecurityOptions
    @OptionGroup(title: "MESSAGES") var log: LogOptions
    @OptionGroup(title: "MONITORING") var metrics: MetricsOptions

    func validate() throws {
        let plan = try ConnectionPlan(urls: urls, user: user, socket: socket)
        _ = try SecurityPlan(options: security.settings, urlSaysTLS: plan.usesTLS) { "--" + $0 }
        if askPassword || passwordFile != nil, plan.password != nil {
            throw ValidationError(
                "the URL has a password already: leave out "
                    + "\(askPassword ? "--ask-password" : "--password-file")"
            )
        }
        if askPassword, passwordFile != nil {
            throw ValidationError("--ask-password and --password-file exclude each other")
        }
        RunSettings.want(file: config, profile: profile)
    }

    /// Whether the command line names a cluster, rather than leaving that to the environment.
    var namesCluster: Bool { !urls.isEmpty || socket != nil || profile != nil }

    /// What options, environment and profile say together. Asks for nothing and reads no password.
    func plan() throws -> ConnectionPlan {
        try ConnectionPlan(
            urls: urls,
            user: user,
            socket: socket,
            passwordFile: passwordFile,
            addressRules: addressRules,
            environment: { Environment[$0] },
            profile: RunSettings.profile
        )
    }

    /// Finds the password, and asks for it if need be.
    func resolve() throws -> (seeds: [NodeAddress], configuration: ConnectionConfiguration) {
        var plan = try plan()
        if askPassword {
            plan.password = try PasswordPrompt.ask("Password\(plan.username.map { " of \($0)" } ?? ""): ")
        } else if let source = plan.passwordSource {
            plan.password = try source.fetch()
        }
        if let username = plan.username, plan.password == nil {
            throw CommandFailure(
                .usage,
                "the user \(username) needs a password: set REDISCLI_AUTH, or use --ask-password"
            )
        }
        let profile = RunSettings.profile
        let security = SecurityPlan(
            options: security.settings,
            urlSaysTLS: plan.usesTLS,
            environment: { Environment[$0] },
            profile: profile.security,
            isTrusted: plan.trustsProfile
        )
        let configuration = ConnectionConfiguration(
            username: plan.username,
            password: plan.password,
            database: plan.database,
            tls: try security.load(),
            connectTimeout: (connectTimeout ?? profile.connectTimeout ?? .connect).duration,
            commandTimeout: (commandTimeout ?? profile.commandTimeout ?? .command).duration,
            addressMap: AddressMap(plan.addressRules)
        )
        return (plan.seeds, configuration)
    }

    /// Calls `body` with a scanner, and closes its connections afterwards.
    nonisolated(nonsending) func withScanner<Result>(
        _ body: (ClusterScanner) async throws -> Result
    ) async throws -> Result {
        let (seeds, configuration) = try resolve()
        let scanner = ClusterScanner(
            seeds: seeds,
            connection: configuration,
            telemetry: RunSettings.telemetry
        )
        do {
            let result = try await body(scanner)
            await scanner.shutDown()
            return result
        } catch {
            await scanner.shutDown()
            throw error
        }
    }
}

extension TimeSpan {
    fileprivate static var connect: TimeSpan { TimeSpan(seconds: 5) }
    fileprivate static var command: TimeSpan { TimeSpan(seconds: 10) }
}
