import ScanCore
import Testing

@Suite("CLUSTER NODES")
struct ClusterNodesLineTests {
    static let one = String(repeating: "1", count: 40)
    static let two = String(repeating: "2", count: 40)

    /// A line with some of its fields replaced.
    private static func line(
        id: String = one,
        address: String = "127.0.0.1:7000@17000",
        flags: String = "master",
        primary: String = "-",
        epoch: String = "5",
        slots: String = ""
    ) -> String {
        "\(id) \(address) \(flags) \(primary) 0 1426238317239 \(epoch) connected \(slots)"
    }

    private func parse(_ line: String) throws -> ClusterNodesLine {
        let lines = try ClusterNodesLine.parse(line)
        #expect(lines.count == 1)
        return try #require(lines.first)
    }

    @Test("a real node's own line shows both kinds of marks")
    func marks() throws {
        let ids = CapturedReplies.nodes
        let lines = try ClusterNodesLine.parse(CapturedReplies.nodesOfMigratingNode)
        #expect(lines.count == 7)
        let own = try #require(lines.first { $0.isMyself })
        #expect(own.id == ids[0])
        #expect(own.isPrimary && !own.isFailing && own.primary == nil)
        #expect(own.address == NodeAddress(host: "127.0.0.1", port: 14558))
        #expect(own.configEpoch == 1)
        #expect(own.slots.description == "0-5460")
        #expect(own.migrating.map { "\($0.key) \($0.value)" } == ["93 \(ids[6])"])
        #expect(own.importing.map { "\($0.key) \($0.value)" } == ["6000 \(ids[1])"])
        #expect(lines.filter { !$0.isMyself }.allSatisfy { $0.migrating.isEmpty && $0.importing.isEmpty })
        let replica = try #require(lines.first { $0.id == ids[3] })
        #expect(!replica.isPrimary && replica.primary == ids[0] && replica.slots.isEmpty)
    }

    @Test("failed nodes and handshakes of a real cluster are read for what they are")
    func loss() throws {
        let lines = try ClusterNodesLine.parse(CapturedReplies.nodesAfterLoss)
        #expect(lines.count { $0.isFailing } == 2)
        let handshake = try #require(lines.last)
        #expect(!handshake.isPrimary && !handshake.isFailing && handshake.primary == nil)
        #expect(lines[2].slots.description == "0-92,94-5460")
        #expect(lines[6].slots.description == "93")
    }

    @Test(
        "the host name stands behind the first comma, and is asked where the cluster prefers it",
        arguments: [
            ("10.0.0.1:7000@17000,host.example.com", "host.example.com:7000"),
            ("10.0.0.1:7000@17000,h.example.com,shard-id=69bc08", "h.example.com:7000"),
            ("10.0.0.1:7000@17000,,shard-id=69bc08", "10.0.0.1:7000"),
            ("10.0.0.1:7000@17000", "10.0.0.1:7000"),
            ("10.0.0.1:7000@17000,shard-id=69bc08", "10.0.0.1:7000"), (":0@0,host.example.com", nil),
        ]
    )
    func hostnames(field: String, address: String?) throws {
        let id = String(repeating: "a", count: 40)
        let line = try #require(ClusterNodesLine.parse("\(id) \(field) master - 0 0 1 connected").first)
        #expect(line.address(prefersHostname: true)?.description == address)
        #expect(line.address(prefersHostname: false) == line.address)
    }

    @Test(
        "addresses of every form are understood",
        arguments: [
            ("127.0.0.1:7000@17000", "127.0.0.1:7000"),
            ("127.0.0.1:7000", "127.0.0.1:7000"),
            ("::1:10917@20917", "[::1]:10917"),
            ("fe80::1:7000@17000,host.example.com", "[fe80::1]:7000"),
            ("10.0.0.1:7000@17000,host.example.com", "10.0.0.1:7000"),
            (
                "10.0.0.1:7000@17000,,tls-port=7001,shard-id=69bc080733d1355567173199cff4a6a039a2f024",
                "10.0.0.1:7000"
            ),
            (
                "10.0.0.1:7000@17000,h.example.com,shard-id=69bc080733d1355567173199cff4a6a039a2f024",
                "10.0.0.1:7000"
            ),
            (":10917@20917", nil), (":0@0", nil), (":0", nil), ("10.0.0.1:0@10000", nil), ("10.0.0.1", nil),
            ("10.0.0.1:65536@1", nil), ("10.0.0.1:+70@1", nil), ("10.0.0.1:@1", nil), ("@", nil), (",", nil),
        ]
    )
    func addresses(field: String, address: String?) throws {
        #expect(try parse(Self.line(address: field)).address?.description == address)
    }

    @Test(
        "flags are whole words",
        arguments: [
            ("myself,master", true, true, false), ("master", false, true, false),
            ("slave", false, false, false),
            ("master,fail", false, true, true), ("master,fail?", false, true, true),
            ("slave,fail,noaddr", false, false, true), ("handshake", false, false, false),
            ("noaddr", false, false, false), ("noflags", false, false, false),
            ("master,nofailover", false, true, false), ("myself,slave,nofailover", true, false, false),
        ]
    )
    func flags(field: String, isMyself: Bool, isPrimary: Bool, isFailing: Bool) throws {
        let line = try parse(Self.line(flags: field))
        #expect(line.isMyself == isMyself)
        #expect(line.isPrimary == isPrimary)
        #expect(line.isFailing == isFailing)
    }

    @Test("slots, ranges and marks may be mixed; epochs use all 64 bits")
    func slots() throws {
        let line = try parse(
            Self.line(
                epoch: "18446744073709551615",
                slots: "0 5-7 16383 [5->-\(Self.two)] [6-<-\(Self.two)] [7->-\(Self.two)]"
            )
        )
        #expect(line.configEpoch == .max)
        #expect(line.slots.description == "0,5-7,16383")
        #expect(line.migrating.keys.sorted().map(\.rawValue) == [5, 7])
        #expect(line.importing.keys.map(\.rawValue) == [6])
    }

    @Test("line ends of either kind, and empty lines, are as good")
    func lineEnds() throws {
        let reply = "\r\n" + Self.line(id: Self.one) + "\r\n\n" + Self.line(id: Self.two)
        #expect(try ClusterNodesLine.parse(reply).map { $0.id.description } == [Self.one, Self.two])
        #expect(try ClusterNodesLine.parse("").isEmpty)
    }

    @Test(
        "a line that is not understood is refused and shown",
        arguments: [
            "x", "1 2 3 4 5 6 7 8", one,
            "\(one) 127.0.0.1:7000@17000 master - 0 0 5",
            line(id: String(repeating: "1", count: 39)), line(id: String(repeating: "g", count: 40)),
            line(epoch: "-1"), line(epoch: "+1"), line(epoch: "18446744073709551616"), line(epoch: "x"),
        ]
    )
    func malformed(line: String) {
        let error = #expect(throws: TopologyError.self) { try ClusterNodesLine.parse(line) }
        #expect(error?.description.contains(line.prefix(100)) == true)
    }

    @Test(
        "slots that are not understood are refused and shown",
        arguments: [
            "16384", "-1", "5-", "-5", "5-4", "5-6-7", "0-16384", "+5", "x", "[", "]", "[]", "[5]", "5]",
            "[5->-]",
            "[5->-\(two)", "5->-\(two)]", "[5-<\(two)]", "[5-=-\(two)]", "[5->>-\(two)]", "[16384->-\(two)]",
            "[x->-\(two)]", "[5->-\(two)0]", "[5->-xyz]", "18446744073709551617",
        ]
    )
    func malformedSlots(field: String) {
        let error = #expect(throws: TopologyError.self) {
            try ClusterNodesLine.parse(Self.line(slots: field))
        }
        #expect(error?.description.contains(field) == true)
    }

    @Test("a slot under two nodes is refused: no view of a cluster has that")
    func overlap() {
        let reply = Self.line(id: Self.one, slots: "0-10") + "\n" + Self.line(id: Self.two, slots: "10-20")
        #expect(throws: TopologyError.self) { try ClusterNodesLine.parse(reply) }
    }

    @Test("any bytes at all are read or refused, never trapped on")
    func garbage() {
        var random = KeyspaceRandom(seed: 11)
        let valid = Array(CapturedReplies.nodesOfMigratingNode.utf8)
        for _ in 0..<3000 {
            var bytes = valid
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let position = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: position)
                default: bytes.removeSubrange(position...)
                }
                if bytes.isEmpty { break }
            }
            _ = try? ClusterNodesLine.parse(String(decoding: bytes, as: UTF8.self))
        }
    }
}
