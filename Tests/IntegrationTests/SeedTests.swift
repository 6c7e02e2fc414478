import ClusterScan
import NIOCore
import NIOPosix
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Seeds")
    struct SeedTests {
        @Test("an unreachable seed is said to be so at once")
        func unreachable() async throws {
            let dead = try await Self.deadAddress()
            let started = ContinuousClock.now
            let scanner = ClusterScanner(seeds: [dead])
            for attempt in 1...2 {
                let error = await #expect(throws: ClusterScanError.self) {
                    if attempt == 1 {
                        _ = try await KeyTally(of: scanner.batches())
                    } else {
                        _ = try await scanner.scan(.start)
                    }
                }
                #expect(error?.code == .unreachable)
                #expect(error.map { "\($0)" } == "\(dead): connection refused")
            }
            #expect(ContinuousClock.now - started < .seconds(2))
        }

        @Test("every unreachable seed is named")
        func allUnreachable() async throws {
            let dead = [try await Self.deadAddress(), try await Self.deadAddress()]
            let error = await #expect(throws: ClusterScanError.self) {
                try await KeyTally(of: ClusterScanner(seeds: dead).batches())
            }
            #expect(error?.code == .unreachable)
            for address in dead { #expect(error?.message.contains("\(address): connection refused") == true) }
        }

        @Test("no seed at all is an error, not an empty cluster")
        func noSeed() async throws {
            let error = await #expect(throws: ClusterScanError.self) {
                try await KeyTally(of: ClusterScanner(seeds: []).batches())
            }
            #expect(error?.code == .unreachable)
        }

        @Test("one seed that answers is enough, whatever the others are")
        func oneAlive() async throws {
            let cluster = try await QuietCluster.cluster
            try await Self.withWebServer { web in
                for first in [try await Self.deadAddress(), web] {
                    let scanner = ClusterScanner(seeds: [first, cluster.nodes[4].nodeAddress])
                    let expected = try await QuietCluster.names(matching: Array("{big}*".utf8))
                    #expect(
                        try await KeyTally(of: scanner.batches(match: "{big}*")).difference(from: expected)
                            == nil
                    )
                    #expect(try await KeyTally(pagesOf: scanner).difference(from: QuietCluster.names) == nil)
                    await scanner.shutDown()
                }
            }
        }

        @Test("a seed that speaks another protocol is told from one that does not answer")
        func otherProtocol() async throws {
            try await Self.withWebServer { web in
                let error = await #expect(throws: ClusterScanError.self) {
                    try await KeyTally(of: ClusterScanner(seeds: [web]).batches())
                }
                #expect(error?.code == .protocolViolation)
                #expect(error?.address == web)
            }
        }

        @Test("a seed that never answers is given up after the command's time limit")
        func silent() async throws {
            let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(host: "127.0.0.1", port: 0).get()
            let address = NodeAddress(host: "127.0.0.1", port: listener.localAddress?.port ?? 0)
            let connection = ConnectionConfiguration(commandTimeout: .milliseconds(200))
            let error = await #expect(throws: ClusterScanError.self) {
                try await KeyTally(of: ClusterScanner(seeds: [address], connection: connection).batches())
            }
            #expect(error?.code == .unreachable)
            #expect(error?.address == address)
            #expect(error?.message == "no reply within 0.2 seconds")
            try await listener.close()
        }

        /// A port on which nobody listens any more.
        private static func deadAddress() async throws -> NodeAddress {
            let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(host: "127.0.0.1", port: 0).get()
            let port = listener.localAddress?.port ?? 0
            try await listener.close()
            return NodeAddress(host: "127.0.0.1", port: port)
        }

        private static func withWebServer(_ body: (NodeAddress) async throws -> Void) async throws {
            let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .childChannelInitializer { $0.pipeline.addHandler(WebServer()) }
                .bind(host: "127.0.0.1", port: 0).get()
            defer { listener.close(promise: nil) }
            try await body(NodeAddress(host: "127.0.0.1", port: listener.localAddress?.port ?? 0))
        }
    }
}

/// Answers everything as a web server does that does not understand.
private final class WebServer: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let answer = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        context.writeAndFlush(NIOAny(ByteBuffer(string: answer)), promise: nil)
        context.close(mode: .output, promise: nil)
    }
}
