import ClusterScan
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Passwords that live for minutes: others are asked for when a server refuses those in use.
@Suite("Credentials that are renewed")
struct CredentialTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    /// A server that takes one password, and counts what it refuses.
    private final class Gate: Sendable {
        let password: Mutex<String>
        let refusals = Mutex(0)

        init(_ password: String) { self.password = Mutex(password) }

        func answer(_ request: String) -> LoopbackServer.Answer {
            if !request.contains("AUTH") { return .say(":7\r\n") }
            if request.contains(password.withLock { "\r\n\($0)\r\n" }) {
                return .say("+OK\r\n+OK\r\n+OK\r\n")
            }
            refusals.withLock { $0 += 1 }
            return .say("-WRONGPASS invalid username-password pair\r\n-NOAUTH a\r\n-NOAUTH a\r\n")
        }
    }

    private func scanner(
        _ server: LoopbackServer,
        password: String?,
        provider: (@Sendable () async throws -> Credentials)?
    ) -> ClusterScanner {
        ClusterScanner(
            seeds: [server.address],
            connection: ConnectionConfiguration(
                username: "iam",
                password: password,
                credentialProvider: provider
            )
        )
    }

    @Test("a connection that is refused asks once, and the next ones begin with the answer")
    func renewed() async throws {
        let gate = Gate("two")
        let server = try await LoopbackServer { gate.answer($0) }
        let other = try await LoopbackServer { gate.answer($0) }
        let asked = Mutex(0)
        let scanner = scanner(server, password: "one") {
            asked.withLock { $0 += 1 }
            return Credentials(username: "iam", password: gate.password.withLock { $0 })
        }
        #expect(try await scanner.send("DBSIZE", to: server.address) == .integer(7))
        #expect(asked.withLock { $0 } == 1 && gate.refusals.withLock { $0 } == 1)
        #expect(try await scanner.send("DBSIZE", to: other.address) == .integer(7))
        #expect(asked.withLock { $0 } == 1 && gate.refusals.withLock { $0 } == 1)

        // The next fifteen minutes are over.
        let third = try await LoopbackServer { gate.answer($0) }
        gate.password.withLock { $0 = "three" }
        #expect(try await scanner.send("DBSIZE", to: third.address) == .integer(7))
        #expect(asked.withLock { $0 } == 2 && gate.refusals.withLock { $0 } == 2)
        await scanner.shutDown()
        for server in [server, other, third] { try await server.close() }
    }

    @Test("where there is no password, the provider is asked before the first connection")
    func first() async throws {
        let gate = Gate("two")
        let server = try await LoopbackServer { gate.answer($0) }
        let scanner = scanner(server, password: nil) { Credentials(password: "two") }
        #expect(try await scanner.send("DBSIZE", to: server.address) == .integer(7))
        #expect(gate.refusals.withLock { $0 } == 0)
        await scanner.shutDown()
        try await server.close()
    }

    @Test("the same credentials again, or wrong ones, end in the server's refusal; a failure is told")
    func refused() async throws {
        let gate = Gate("three")
        let server = try await LoopbackServer { gate.answer($0) }
        let asked = Mutex(0)
        for other in ["one", "two"] {
            let scanner = scanner(server, password: "one") {
                asked.withLock { $0 += 1 }
                return Credentials(username: "iam", password: other)
            }
            let error = await #expect(throws: ClusterScanError.self) {
                try await scanner.send("DBSIZE", to: server.address)
            }
            #expect(error?.code == .authenticationFailed && error?.serverError?.code == "WRONGPASS")
            await scanner.shutDown()
        }
        #expect(asked.withLock { $0 } == 2 && gate.refusals.withLock { $0 } == 3)

        struct Broken: Error, CustomStringConvertible { let description = "the token service is down" }
        let scanner = scanner(server, password: "one") { throw Broken() }
        let error = await #expect(throws: ClusterScanError.self) {
            try await scanner.send("DBSIZE", to: server.address)
        }
        #expect(error?.code == .authenticationFailed)
        #expect(error?.message.contains("WRONGPASS") == true)
        #expect(error?.message.contains("the token service is down") == true, "\(error?.message ?? "")")
        await scanner.shutDown()
        try await server.close()
    }

    @Test("a provider that gets the new password later than the servers is asked again, within patience")
    func late() async throws {
        let gate = Gate("one")
        let server = try await LoopbackServer { gate.answer($0) }
        let other = try await LoopbackServer { gate.answer($0) }
        let scanner = scanner(server, password: "one") { Credentials(username: "iam", password: "one") }
        #expect(try await scanner.send("DBSIZE", to: server.address) == .integer(7))
        gate.password.withLock { $0 = "two" }
        let failure = await #expect(throws: ClusterScanError.self) {
            try await scanner.send("DBSIZE", to: other.address)
        }
        #expect(failure?.code == .authenticationFailed)
        let connection = ConnectionError(
            .notAuthenticated(ServerError(message: "WRONGPASS no")),
            address: other.address,
            message: "no"
        )
        var passing = connection
        passing.mayPass = true
        #expect(ScanFailure(connection).remedy == .giveUp && ScanFailure(passing).remedy == .rediscover)
        await scanner.shutDown()
        for server in [server, other] { try await server.close() }
    }

    @Test("connections that are refused at the same time share one answer")
    func shared() async throws {
        let gate = Gate("two")
        let servers = [
            try await LoopbackServer { gate.answer($0) }, try await LoopbackServer { gate.answer($0) },
        ]
        let asked = Mutex(0)
        let scanner = scanner(servers[0], password: "one") {
            asked.withLock { $0 += 1 }
            // Until both have been refused.
            while gate.refusals.withLock({ $0 }) < 2 { await Task.yield() }
            return Credentials(username: "iam", password: "two")
        }
        try await withThrowingTaskGroup { group in
            for server in servers {
                group.addTask { try await scanner.send("DBSIZE", to: server.address) }
            }
            for try await reply in group { #expect(reply == .integer(7)) }
        }
        #expect(asked.withLock { $0 } == 1)
        await scanner.shutDown()
        for server in servers { try await server.close() }
    }

    @Test("no description shows a password")
    func hidden() {
        let credentials = Credentials(username: "iam", password: "hunter2")
        let configuration = ConnectionConfiguration(credentialProvider: { credentials })
        var dumped = ""
        dump(credentials, to: &dumped)
        dump(configuration, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), "\(configuration)", dumped] {
            #expect(!text.contains("hunter2"))
        }
    }
}
