import ScanCore
import Testing

@Suite("Node addresses")
struct NodeAddressTests {
    @Test("an address is shown in a form that can be told from any other")
    func description() {
        #expect("\(NodeAddress(host: "10.0.0.5", port: 6379))" == "10.0.0.5:6379")
        #expect("\(NodeAddress(host: "node-1.example", port: 1))" == "node-1.example:1")
        #expect("\(NodeAddress(host: "::1", port: 7000))" == "[::1]:7000")
        #expect("\(NodeAddress(host: "fe80::1%eth0", port: 7000))" == "[fe80::1%eth0]:7000")
        #expect("\(NodeAddress(socketPath: "/run/redis.sock"))" == "unix:///run/redis.sock")
        #expect("\(NodeAddress(socketPath: "a:b.sock"))" == "unix:a:b.sock")
        let target = NodeAddress(host: "127.0.0.1", port: 7001)
        #expect(
            NodeAddress(host: "10.0.0.5", port: 6379).described(as: target)
                == "10.0.0.5:6379 (as 127.0.0.1:7001)"
        )
    }

    @Test("a socket is no host of that name, and sorts among the others")
    func sockets() {
        let socket = NodeAddress(socketPath: "/run/redis.sock")
        #expect(socket.socketPath == "/run/redis.sock")
        #expect(NodeAddress(host: "/run/redis.sock", port: 6379).socketPath == nil)
        #expect(socket != NodeAddress(host: "/run/redis.sock", port: 6379))
        #expect(socket < NodeAddress(host: "10.0.0.5", port: 6379))
        #expect(socket == NodeAddress(host: socket.host, port: socket.port))
        #expect(Set([socket, NodeAddress(socketPath: "/run/redis.sock")]).count == 1)
    }

    @Test("the host that was asked, behind a socket, is this machine")
    func askedHost() throws {
        let socket = NodeAddress(socketPath: "/run/redis.sock")
        let moved = try #require(Redirection(ServerError(message: "MOVED 866 :6380"), askedAt: socket))
        #expect(moved.address == NodeAddress(host: "127.0.0.1", port: 6380))
        let node = RESPValue.array([
            .null, .integer(6380), .bulkString(Array(String(repeating: "a", count: 40).utf8)),
        ])
        let reply = RESPValue.array([.array([.integer(0), .integer(16383), node])])
        let topology = try ClusterSlotsReply(reply, asked: socket).topology
        #expect(topology.shards.map(\.primary.address) == [NodeAddress(host: "127.0.0.1", port: 6380)])
    }

    @Test("a hostname that the server does not know is no place to be sent to")
    func unknownHostname() {
        let asked = NodeAddress(host: "h", port: 1)
        #expect(Redirection(ServerError(message: "MOVED 866 ?:6380"), askedAt: asked) == nil)
        let moved = Redirection(ServerError(message: "MOVED 123 ::1:7001"), askedAt: asked)
        #expect(moved?.address == NodeAddress(host: "::1", port: 7001))
    }
}
