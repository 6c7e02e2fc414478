import ArgumentParser
import ClusterScan

/// Which cluster, and as whom.
struct ConnectionOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Any nodes of the cluster; the others are found through them.",
            discussion: """
                redis://[user[:password]@]host[:port][/database], or host:port. One node is enough; more \
                help when it is down. Without any: redis://127.0.0.1:6379.
                """,
            valueName: "url"
        )
    )
    var urls: [String] = []

    @Option(help: "Authenticate as this user of the access control list.")
    var user: String?

    @Flag(
        help: ArgumentHelp(
            "Ask for the password on the terminal, without showing it.",
            discussion: "Otherwise it is taken from the URL or from the variable REDISCLI_AUTH."
        )
    )
    var askPassword = false

    @Option(help: ArgumentHelp("How long to wait for a connection: 500ms, 2s, 1m.", valueName: "time"))
    var connectTimeout = TimeSpan.connect

    @Option(help: ArgumentHelp("How long to wait for a reply: 500ms, 2s, 1m.", valueName: "time"))
    var commandTimeout = TimeSpan.command

    func validate() throws {
        let plan = try ConnectionPlan(urls: urls, user: user)
        if askPassword, plan.password != nil {
            throw ValidationError("the URL has a password already: leave out --ask-password")
        }
    }

    /// Finds the password, and asks for it if need be.
    func resolve() throws -> (seeds: [NodeAddress], configuration: ConnectionConfiguration) {
        var plan = try ConnectionPlan(urls: urls, user: user)
        if askPassword {
            plan.password = try PasswordPrompt.ask("Password\(plan.username.map { " of \($0)" } ?? ""): ")
        }
        plan.password = plan.password ?? Terminal.environment("REDISCLI_AUTH")
        if let username = plan.username, plan.password == nil {
            throw CommandFailure(
                .usage,
                "the user \(username) needs a password: set REDISCLI_AUTH, or use --ask-password"
            )
        }
        let configuration = ConnectionConfiguration(
            username: plan.username,
            password: plan.password,
            database: plan.database,
            connectTimeout: connectTimeout.duration,
            commandTimeout: commandTimeout.duration
        )
        return (plan.seeds, configuration)
    }

    /// Calls `body` with a scanner, and closes its connections afterwards.
    nonisolated(nonsending) func withScanner<Result>(
        _ body: (ClusterScanner) async throws -> Result
    ) async throws -> Result {
        let (seeds, configuration) = try resolve()
        let scanner = ClusterScanner(seeds: seeds, connection: configuration)
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
