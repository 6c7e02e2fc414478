import ClusterScan
import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// One name, several addresses: what a name server says of a headless service, or of a host with IPv4 and
/// IPv6.
@Suite("Several addresses behind one name")
struct SeveralAddressesTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()
    private let name = NodeAddress(host: "redis.example", port: 1)

    private func resolver(_ places: [NodeAddress]) -> HostResolver {
        HostResolver { _, _ in try places.map { try SocketAddress(ipAddress: $0.host, port: $0.port) } }
    }

    private func connect(
        _ places: [NodeAddress],
        _ configuration: ConnectionConfiguration = .init()
    ) async throws -> NodeConnection {
        try await NodeConnection.connect(
            to: name,
            configuration: configuration,
            on: loop,
            resolver: resolver(places)
        ).get()
    }

    private func server(_ host: String = "127.0.0.1") async throws -> LoopbackServer {
        try await LoopbackServer(host: host) { request in
            .say(request.contains("SETNAME") ? "+OK\r\n" : ":7\r\n")
        }
    }

    @Test("the first that answers is taken, whether the others refuse, do not answer, or say nothing")
    func firstThatAnswers() async throws {
        let dead = try await server()
        try await dead.close()
        let full = try await FullListener()
        let mute = try await LoopbackServer { _ in .nothing }
        let rude = try await LoopbackServer { _ in .hangUp }
        let good = try await server()
        for bad in [dead.address, full.address, mute.address, rude.address] {
            let started = ContinuousClock.now
            let connection = try await connect(
                [bad, good.address],
                .init(commandTimeout: .milliseconds(200))
            )
            #expect(try await connection.send(Command("DBSIZE")) == .integer(7))
            #expect(connection.address == name)
            connection.close()
            #expect(ContinuousClock.now - started < .seconds(10))
        }
        // All of them at once, the good one last.
        let all = [dead.address, full.address, mute.address, rude.address, good.address]
        let connection = try await connect(all, .init(commandTimeout: .milliseconds(200)))
        #expect(try await connection.send(Command("DBSIZE")) == .integer(7))
        connection.close()
        for server in [mute, rude, good] { try await server.close() }
        try await full.close()
    }

    @Test("a name with both families works where only one is served", arguments: ["127.0.0.1", "::1"])
    func families(host: String) async throws {
        let good = try await server(host)
        let places = ["::1", "127.0.0.1"].map { NodeAddress(host: $0, port: good.port) }
        for places in [places, places.reversed()] {
            let connection = try await connect(places)
            #expect(try await connection.send(Command("DBSIZE")) == .integer(7))
            connection.close()
        }
        try await good.close()
    }

    @Test("however many addresses do not answer, one time limit is for all of them")
    func bounded() async throws {
        let full = try await FullListener()
        let places =
            (2...9).map { NodeAddress(host: "127.0.0.\($0)", port: full.address.port) } + [full.address]
        let started = ContinuousClock.now
        let error = await #expect(throws: ConnectionError.self) {
            let same = Array(repeating: full.address, count: 20)
            _ = try await connect(same, .init(connectTimeout: .seconds(1)))
        }
        #expect(error?.kind == .connectTimeout)
        // Not twenty seconds.
        #expect(ContinuousClock.now - started < .seconds(10))
        // Those that refuse at once do not use the time up for the others.
        let refused = await #expect(throws: ConnectionError.self) {
            _ = try await connect(places, .init(connectTimeout: .milliseconds(1500)))
        }
        #expect(refused?.kind == .refused || refused?.kind == .connectTimeout)
        try await full.close()
    }

    @Test("a refused password is not tried elsewhere")
    func credentials() async throws {
        let asked = Mutex(0)
        let server = try await LoopbackServer { _ in
            asked.withLock { $0 += 1 }
            return .say("-WRONGPASS no\r\n+OK\r\n")
        }
        let other = try await self.server()
        let error = await #expect(throws: ConnectionError.self) {
            _ = try await connect([server.address, other.address], .init(password: "x"))
        }
        #expect(error?.kind == .notAuthenticated(ServerError(message: "WRONGPASS no")))
        #expect(asked.withLock { $0 } == 1)
        try await server.close()
        try await other.close()
    }

    @Test(
        "a name server that is silent is waited for as long as for a connection, and holds up no other name"
    )
    func silentNameServer() async throws {
        let good = try await server()
        let slow = HostResolver { _, _ in
            // Blocks a thread, as the system's resolver does.
            Thread.sleep(forTimeInterval: 20)
            return []
        }
        let configuration = ConnectionConfiguration(connectTimeout: .milliseconds(200))
        let started = ContinuousClock.now
        let waiting = NodeConnection.connect(to: name, configuration: configuration, on: loop, resolver: slow)
        let direct = try await NodeConnection.connect(to: good.address, configuration: .init(), on: loop)
            .get()
        #expect(ContinuousClock.now - started < .seconds(10))
        direct.close()
        let error = await #expect(throws: ConnectionError.self) { _ = try await waiting.get() }
        #expect(error?.kind == .connectTimeout)
        #expect(error?.message.contains("name server") == true)
        #expect(ContinuousClock.now - started < .seconds(15))
        try await good.close()
    }

    @Test("an address that is sought elsewhere keeps its name, and errors tell both")
    func mapped() async throws {
        let good = try await server()
        let announced = NodeAddress(host: "10.255.0.1", port: 6379)
        let rules = [AddressMapRule(from: announced, to: good.address)]
        let configuration = ConnectionConfiguration(addressMap: AddressMap(rules))
        let connection = try await NodeConnection.connect(
            to: announced,
            configuration: configuration,
            on: loop
        )
        .get()
        #expect(connection.address == announced)
        #expect(try await connection.send(Command("DBSIZE")) == .integer(7))
        connection.close()
        try await good.close()
        let error = await #expect(throws: ConnectionError.self) {
            _ = try await NodeConnection.connect(to: announced, configuration: configuration, on: loop).get()
        }
        #expect(error?.description == "10.255.0.1:6379 (as \(good.address)): connection refused")
        let lost = await #expect(throws: ConnectionError.self) {
            _ = try await connection.send(Command("DBSIZE"))
        }
        #expect(lost?.description.hasPrefix("10.255.0.1:6379 (as \(good.address)): ") == true)
    }
}
