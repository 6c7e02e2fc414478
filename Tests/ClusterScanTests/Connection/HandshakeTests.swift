import ClusterScan
import NIOCore
import NIOEmbedded
import Testing

@Suite("Handshake")
struct HandshakeTests {
    private let credentials = ConnectionConfiguration(username: "scanner", password: "hunter2", database: 3)

    @Test("all that must be said first goes out in one write")
    func pipeline() async throws {
        let harness = try await ConnectionHarness(credentials)
        #expect(
            try await harness.sent() == """
                *3\r\n$4\r\nAUTH\r\n$7\r\nscanner\r\n$7\r\nhunter2\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n\
                *3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$12\r\ncluster-scan\r\n
                """
        )
        try await harness.receive("+OK\r\n+OK\r\n+OK\r\n")
        #expect(await harness.openingError() == nil)
    }

    @Test(
        "where reading must not count as a use, the server is asked not to count; one that does not know how is used",
        arguments: [
            "+OK", "-ERR Unknown subcommand or wrong number of arguments for 'NO-TOUCH'", "-NOPERM no",
        ]
    )
    func noTouch(reply: String) async throws {
        let harness = try await ConnectionHarness(.init(countsAsUse: false))
        let name = "*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$12\r\ncluster-scan\r\n"
        #expect(
            try await harness.sent() == name + "*3\r\n$6\r\nCLIENT\r\n$8\r\nNO-TOUCH\r\n$2\r\nON\r\n"
        )
        try await harness.receive("+OK\r\n\(reply)\r\n")
        #expect(await harness.openingError() == nil)
    }

    @Test("a server without a name for us is still asked something")
    func ping() async throws {
        let harness = try await ConnectionHarness(.init(clientName: nil))
        #expect(try await harness.sent() == "*1\r\n$4\r\nPING\r\n")
        try await harness.receive("-NOAUTH Authentication required.\r\n")
        #expect(await harness.openingError()?.message.contains("NOAUTH") == true)
    }

    @Test(
        "a server that refuses the name is used without it",
        arguments: ["-NOPERM no permission", "-ERR unknown command 'CLIENT'", "+OK"]
    )
    func nameRefused(reply: String) async throws {
        let harness = try await ConnectionHarness()
        try await harness.receive(reply + "\r\n")
        #expect(await harness.openingError() == nil)
    }

    @Test(
        "wrong credentials are an error of their own kind",
        arguments: [
            "-WRONGPASS invalid username-password pair or user is disabled.\r\n", "-ERR invalid password\r\n",
            "-ERR AUTH <password> called without any password configured for the default user.\r\n",
        ]
    )
    func wrongPassword(reply: String) async throws {
        let harness = try await ConnectionHarness(credentials)
        try await harness.receive(
            reply + "-NOAUTH Authentication required.\r\n-NOAUTH Authentication required.\r\n"
        )
        let error = try #require(await harness.openingError())
        guard case .notAuthenticated(let reason) = error.kind else {
            Issue.record("\(error.kind)")
            return
        }
        #expect(reply.contains(reason.message))
        #expect(
            error.description.hasPrefix(
                "node.test:7000: the server refused the password of the user 'scanner': "
            )
        )
        #expect(!harness.channel.isActive)
    }

    @Test("a server that knows no users gets the password alone")
    func noUsers() async throws {
        let harness = try await ConnectionHarness(credentials)
        _ = try await harness.sent()
        try await harness.receive(
            "-ERR wrong number of arguments for 'auth' command\r\n" + "-NOAUTH wanted\r\n-NOAUTH wanted\r\n"
        )
        #expect(try await harness.sent().hasPrefix("*2\r\n$4\r\nAUTH\r\n$7\r\nhunter2\r\n*2\r\n$6\r\nSELECT"))
        try await harness.receive("+OK\r\n+OK\r\n+OK\r\n")
        #expect(await harness.openingError() == nil)
    }

    @Test("it may refuse that as well, and is asked no third time")
    func noUsersWrongPassword() async throws {
        let harness = try await ConnectionHarness(credentials)
        _ = try await harness.sent()
        try await harness.receive(
            "-ERR wrong number of arguments for 'auth' command\r\n-NOAUTH a\r\n-NOAUTH a\r\n"
        )
        _ = try await harness.sent()
        try await harness.receive("-ERR invalid password\r\n-NOAUTH wanted\r\n-NOAUTH wanted\r\n")
        let error = try #require(await harness.openingError())
        #expect(error.kind == .notAuthenticated(ServerError(message: "ERR invalid password")))
    }

    @Test("the user 'default' is the one of servers without users, whatever their words; others are not")
    func defaultUser() async throws {
        let reply = "-ERR Client sent two words\r\n+OK\r\n"
        let harness = try await ConnectionHarness(.init(username: "default", password: "hunter2"))
        _ = try await harness.sent()
        try await harness.receive(reply)
        #expect(try await harness.sent().hasPrefix("*2\r\n$4\r\nAUTH\r\n$7\r\nhunter2"))
        try await harness.receive("+OK\r\n+OK\r\n")
        #expect(await harness.openingError() == nil)

        let other = try await ConnectionHarness(.init(username: "someone", password: "hunter2"))
        try await other.receive(reply)
        #expect(await other.openingError() != nil)
        // A server with users has refused this one.
        let users = try await ConnectionHarness(.init(username: "default", password: "hunter2"))
        try await users.receive("-WRONGPASS no\r\n-NOAUTH wanted\r\n")
        #expect(await users.openingError() != nil)
    }

    @Test(
        "a server that wants nobody at all is not mistaken for wrong credentials",
        arguments: ["-DENIED Redis is running in protected mode", "-ERR max number of clients reached"]
    )
    func turnedAway(reply: String) async throws {
        for (configuration, others) in [(credentials, "+OK\r\n+OK\r\n"), (ConnectionConfiguration(), "")] {
            let harness = try await ConnectionHarness(configuration)
            try await harness.receive(reply + "\r\n" + others)
            let error = try #require(await harness.openingError())
            #expect(error.kind == .server(ServerError(message: String(reply.dropFirst()))))
        }
    }

    @Test("a database that cannot be selected is an error")
    func select() async throws {
        let harness = try await ConnectionHarness(.init(database: 3))
        try await harness.receive("-ERR SELECT is not allowed in cluster mode\r\n+OK\r\n")
        let error = try #require(await harness.openingError())
        #expect(error.kind == .server(ServerError(message: "ERR SELECT is not allowed in cluster mode")))
    }

    @Test(
        "a password repeated by the server does not come out",
        arguments: [
            "-ERR unknown command `AUTH`, with args beginning with: `scanner`, `hunter2`, ",
            "-ERR unknown command 'AUTH', with args beginning with: 'scanner' 'hunt",
            "-ERR what is hunter2?",
        ]
    )
    func secrets(reply: String) async throws {
        let harness = try await ConnectionHarness(credentials)
        try await harness.receive(reply + "\r\n+OK\r\n+OK\r\n")
        let error = try #require(await harness.openingError())
        var dumped = ""
        dump(error, to: &dumped)
        for text in [error.description, "\(error.kind)", dumped] { #expect(!text.contains("hunt")) }
    }

    @Test("a server that says nothing is given up after the command timeout")
    func silence() async throws {
        let harness = try await ConnectionHarness(.init(commandTimeout: .seconds(2)))
        await harness.advance(by: .seconds(2))
        #expect(await harness.openingError()?.kind == .timeout)
    }

    @Test("a server that hangs up at once gives a closed connection, not a silent wait")
    func hangUp() async throws {
        let harness = try await ConnectionHarness()
        try await harness.channel.close()
        #expect(await harness.openingError()?.kind == .closed)
    }
}
