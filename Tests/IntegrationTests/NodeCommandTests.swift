import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Commands to one node")
    struct NodeCommandTests {
        @Test("a command goes to the node that was named, in text or in bytes, and to no other")
        func named() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                let scanner = cluster.scanner()
                let addresses = try await scanner.topology().shards.map(\.primary.address)
                for address in addresses {
                    let reply = try await scanner.send("CONFIG", "GET", "port", to: address)
                    #expect(reply.array?.map(\.string) == ["port", String(address.port)])
                }
                let name: [UInt8] = [0xFF, 0, 0x0A]
                for address in addresses {
                    let echo = try await scanner.send([Array("ECHO".utf8), name], to: address)
                    #expect(echo.bytes == name)
                }
                await scanner.shutDown()
            }
        }

        @Test("an error reply is thrown with the server's words; after the shutdown nothing is sent")
        func errors() async throws {
            var options = LocalCluster.Options()
            options.isStandalone = true
            try await LocalCluster.with(options) { server in
                let scanner = server.scanner()
                let address = try #require(try await scanner.topology().shards.first?.primary.address)
                let refusal = await #expect(throws: ClusterScanError.self) {
                    try await scanner.send("CLUSTER", "NODES", to: address)
                }
                #expect(refusal?.serverError?.code == "ERR" && refusal?.address == address)
                let nobody = NodeAddress(host: address.host, port: 1)
                let silence = await #expect(throws: ClusterScanError.self) {
                    try await scanner.send("PING", to: nobody)
                }
                #expect(silence?.code == .unreachable && silence?.serverError == nil)
                await scanner.shutDown()
                let end = await #expect(throws: ClusterScanError.self) {
                    try await scanner.send("PING", to: address)
                }
                #expect(end?.code == .shutDown)
            }
        }
    }
}
