import ClusterScan
import Foundation
import NIOCore
import NIOPosix
import Testing

@Suite("Node connection over sockets")
struct NodeConnectionSocketTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    /// The error of an attempt to connect.
    private func failure(
        _ address: NodeAddress,
        _ configuration: ConnectionConfiguration = .init()
    ) async -> ConnectionError? {
        do {
            let connection = try await NodeConnection.connect(
                to: address,
                configuration: configuration,
                on: loop
            ).get()
            connection.close()
            return nil
        } catch {
            return error as? ConnectionError
        }
    }

    @Test("a port nobody listens on refuses", arguments: ["127.0.0.1", "localhost", "::1"])
    func refused(host: String) async throws {
        let listener = try await LoopbackServer(host: host) { _ in .hangUp }
        try await listener.close()
        let error = try #require(await failure(NodeAddress(host: host, port: listener.port)))
        #expect(error.kind == .refused)
        #expect(error.description == "\(NodeAddress(host: host, port: listener.port)): connection refused")
    }

    @Test("a host name without an address is said to be one")
    func unknownHost() async throws {
        // Longer than any name may be, so that no name server is asked.
        let host = String(repeating: "x", count: 300)
        let error = try #require(await failure(NodeAddress(host: host, port: 7000)))
        #expect(error.kind == .dnsFailure)
    }

    @Test("a host that does not complete the connection is given up in time")
    func connectTimeout() async throws {
        let listener = try await FullListener()
        let configuration = ConnectionConfiguration(connectTimeout: .milliseconds(200))
        let error = try #require(await failure(listener.address, configuration))
        #expect(error.kind == .connectTimeout)
        try await listener.close()
    }

    @Test("a server that accepts and says nothing is given up in time")
    func silence() async throws {
        let server = try await LoopbackServer { _ in .nothing }
        let error = try #require(await failure(server.address, .init(commandTimeout: .milliseconds(100))))
        #expect(error.kind == .timeout)
        try await server.close()
    }

    @Test(
        "a server that breaks off in the middle of a reply leaves no one waiting",
        arguments: [false, true]
    )
    func brokenOff(abruptly: Bool) async throws {
        let server = try await LoopbackServer { request in
            if request.contains("SETNAME") { return .say("+OK\r\n") }
            let half = "*2\r\n$1\r\n5\r\n*1000\r\n$33\r\nkey"
            return abruptly ? .sayAndReset(half) : .sayAndHangUp(half)
        }
        let connection = try await NodeConnection.connect(
            to: server.address,
            configuration: .init(),
            on: loop
        ).get()
        let error = await #expect(throws: ConnectionError.self) {
            _ = try await connection.send(.scan(cursor: 0))
        }
        #expect(error?.kind == .closed)
        #expect(error?.address == server.address)
        try await server.close()
    }

    @Test("a server may turn a client away before it is asked anything, and its reason is told if it arrives")
    func turnedAway() async throws {
        let server = try await LoopbackServer(greeting: "-ERR max number of clients reached\r\n") { _ in
            .nothing
        }
        let reason = ConnectionError.Kind.server(ServerError(message: "ERR max number of clients reached"))
        var kinds: [ConnectionError.Kind] = []
        // The end of the stream may overtake what was said before it, on a busy machine.
        while kinds.last != reason, kinds.count < 20 {
            kinds.append(try #require(await failure(server.address)).kind)
        }
        #expect(kinds.last == reason)
        #expect(kinds.dropLast().allSatisfy { $0 == .closed })
        try await server.close()
    }

    #if os(Linux)
        @Test("an idle connection is probed after half a minute, not after hours")
        func keepalive() async throws {
            let server = try await LoopbackServer { _ in .say("+OK\r\n") }
            let connection = try await NodeConnection.connect(
                to: server.address,
                configuration: .init(),
                on: loop
            ).get()
            // `rem_address st tx:rx tr:when`: an established connection whose next timer is that of keepalive
            // (2), and when it fires, in hundredths of a second. Source:
            // Documentation/networking/proc_net_tcp.rst.
            let port = String(server.port, radix: 16, uppercase: true)
            let file = try #require(FileHandle(forReadingAtPath: "/proc/net/tcp"))
            let table = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
            let lines = table.split(separator: "\n").map { $0.split(separator: " ") }
            let line = try #require(
                lines.first { $0.count > 5 && $0[2].hasSuffix(":" + port) && $0[3] == "01" }
            )
            let timer = line[5].split(separator: ":")
            #expect(timer.first == "02", "\(line)")
            let moment = try #require(timer.last.flatMap { Int($0, radix: 16) })
            #expect(moment <= 3100, "\(moment)")
            connection.close()
            try await server.close()
        }
    #endif
}
