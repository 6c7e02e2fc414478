import ClusterScan
import NIOCore
import NIOPosix
import Testing

@Suite("Node connection to a real server", .serialized)
struct NodeConnectionServerTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    private func connect(
        to server: StandaloneServer,
        _ configuration: ConnectionConfiguration = .init()
    ) async throws -> NodeConnection {
        try await NodeConnection.connect(to: server.address, configuration: configuration, on: loop).get()
    }

    @Test("10,000 keys come through SCAN, each page asked for from within the last")
    func scan() async throws {
        let server = try await StandaloneServer()
        let connection = try await connect(to: server)
        #expect(try await connection.send(Command("DEBUG", "POPULATE", "10000", "key")).string == "OK")
        let scan = FullScan(connection: connection)
        #expect(try await scan.names().count == 10_000)
        #expect(try await connection.send(Command("CLIENT", "GETNAME")).string == "cluster-scan")
        connection.close()
    }

    @Test("names with any bytes come back as they are")
    func binaryNames() async throws {
        let server = try await StandaloneServer()
        let connection = try await connect(to: server)
        let names: Set<[UInt8]> = [[0], [13, 10], [255, 0, 254], Array("$5\r\n".utf8), Array("käse".utf8)]
        for name in names { _ = try await connection.send(Command([Array("SET".utf8), name, [0]])) }
        #expect(try await FullScan(connection: connection).names() == names)
        #expect(try await connection.send(Command([Array("EXISTS".utf8), [255, 0, 254]])).integer == 1)
        connection.close()
    }

    @Test("a password is sent, and a wrong or a missing one is said to be the reason")
    func passwords() async throws {
        let server = try await StandaloneServer(["--requirepass", "hunter2"])
        for configuration in [
            ConnectionConfiguration(password: "hunter2"),
            ConnectionConfiguration(username: "default", password: "hunter2", database: 3),
        ] {
            let connection = try await connect(to: server, configuration)
            #expect(try await connection.send(Command("PING")).string == "PONG")
            connection.close()
        }
        for (configuration, code) in [
            (ConnectionConfiguration(password: "wrong"), "WRONGPASS"), (ConnectionConfiguration(), "NOAUTH"),
            (ConnectionConfiguration(username: "nobody", password: "hunter2"), "WRONGPASS"),
        ] {
            let error = await #expect(throws: ConnectionError.self) {
                _ = try await connect(to: server, configuration)
            }
            guard case .notAuthenticated(let reason) = error?.kind else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(reason.code == code)
        }
    }

    @Test("a user who may not name the connection still gets one")
    func restrictedUser() async throws {
        let server = try await StandaloneServer([
            "--user", "scanner", "on", ">secret", "~*", "-@all", "+scan",
        ])
        let configuration = ConnectionConfiguration(username: "scanner", password: "secret")
        let connection = try await connect(to: server, configuration)
        #expect(try await connection.send(.scan(cursor: 0)).array?.count == 2)
        let error = await #expect(throws: ConnectionError.self) {
            _ = try await connection.send(Command("DBSIZE"))
        }
        guard case .server(let reason) = error?.kind else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.code == "NOPERM")
        connection.close()
    }

    @Test("a server that hangs is given up, and the next connection works once it is back")
    func hangingServer() async throws {
        let server = try await StandaloneServer()
        let connection = try await connect(to: server, .init(commandTimeout: .milliseconds(200)))
        let start = ContinuousClock.now
        let error = await #expect(throws: ConnectionError.self) {
            _ = try await connection.send(Command("DEBUG", "SLEEP", "1"))
        }
        #expect(error?.kind == .timeout)
        #expect(ContinuousClock.now - start < .milliseconds(900))
        let next = try await connect(to: server)
        #expect(try await next.send(Command("PING")).string == "PONG")
        next.close()
    }

    @Test("a server killed while it works leaves no one waiting")
    func killedServer() async throws {
        let server = try await StandaloneServer()
        let connection = try await connect(to: server)
        let journal = Journal()
        let closed = loop.makePromise(of: Void.self)
        try await loop.submit {
            connection.send(Command("DEBUG", "SLEEP", "30")) { journal.note($0) }
            connection.onClose { reason in
                journal.note("on close: \(reason.kind)")
                closed.succeed()
            }
        }.get()
        server.kill()
        try await closed.futureResult.get()
        #expect(journal.entries == ["closed", "on close: closed"])
    }
}

/// Scans as an owner on the connection's event loop does: state of an actor, no hop between pages.
private actor FullScan {
    nonisolated let unownedExecutor: UnownedSerialExecutor
    private let executor: any SerialExecutor
    private let connection: NodeConnection
    private var found: Set<[UInt8]> = []

    init(connection: NodeConnection) {
        self.connection = connection
        executor = connection.eventLoop.executor
        unownedExecutor = executor.asUnownedSerialExecutor()
    }

    func names() async throws -> Set<[UInt8]> {
        try await withCheckedThrowingContinuation { continuation in
            askForPage(at: 0) { continuation.resume(with: $0) }
        }
    }

    private func askForPage(
        at cursor: UInt64,
        then finish: @escaping @Sendable (Result<Set<[UInt8]>, any Error>) -> Void
    ) {
        connection.send(.scan(cursor: cursor, match: nil, count: 100)) { result in
            self.assumeIsolated { $0.receive(result, then: finish) }
        }
    }

    private func receive(
        _ result: Result<FlatReply, ConnectionError>,
        then finish: @escaping @Sendable (Result<Set<[UInt8]>, any Error>) -> Void
    ) {
        do {
            let page = try result.get().scanPage()
            found.formUnion(page.keys.map(\.bytes))
            if page.cursor == 0 { finish(.success(found)) } else { askForPage(at: page.cursor, then: finish) }
        } catch {
            finish(.failure(error))
        }
    }
}
