import ScanCore
import Testing

@Suite("Which servers belong to the cluster (R10)")
struct ClusterMembershipTests {
    private static let elsewhere = NodeAddress(host: "z", port: 9)

    private func id(_ digit: Character) throws -> NodeID {
        try #require(NodeID(String(repeating: digit, count: 40)))
    }

    private func topology(_ digits: Character...) throws -> ClusterTopology {
        let shards = try digits.enumerated().map { index, digit in
            let slot = try #require(HashSlot(rawValue: UInt16(index)))
            let node = ClusterNode(id: try id(digit), address: NodeAddress(host: "\(digit)", port: 1))
            return ClusterTopology.Shard(primary: node, replicas: [], slots: [slot])
        }
        return try ClusterTopology(shards: shards)
    }

    // Expectations take no calls that change a value.
    private func accept(
        _ topology: ClusterTopology,
        and others: [NodeID],
        from source: NodeAddress,
        by membership: inout ClusterMembership
    ) throws -> Bool {
        membership.accept(topology, and: others, from: source)
    }

    @Test("before the first topology every server may be the one")
    func open() throws {
        let membership = ClusterMembership()
        #expect(membership.isOpen)
        #expect(membership.admits(.node(try id("a")), at: Self.elsewhere))
        #expect(membership.admits(.standalone, at: Self.elsewhere))
    }

    @Test("afterwards only its nodes are, whatever address they have; nodes without slots are nodes, too")
    func cluster() throws {
        var membership = ClusterMembership()
        #expect(try accept(try topology("a", "b"), and: [try id("c")], from: Self.elsewhere, by: &membership))
        for digit in ["a", "b", "c"] as [Character] {
            #expect(membership.admits(.node(try id(digit)), at: Self.elsewhere))
        }
        #expect(!membership.admits(.node(try id("f")), at: Self.elsewhere))
        #expect(!membership.admits(.standalone, at: Self.elsewhere))
        #expect(try accept(try topology("b", "d"), and: [], from: Self.elsewhere, by: &membership))
        #expect(membership.admits(.node(try id("d")), at: Self.elsewhere))
        #expect(membership.admits(.node(try id("a")), at: Self.elsewhere), "it may come back")
    }

    @Test("a cluster never turns into a server without cluster mode, nor the other way round")
    func kinds() throws {
        var cluster = ClusterMembership()
        #expect(try accept(try topology("a"), and: [], from: Self.elsewhere, by: &cluster))
        let alone = ClusterTopology(standalone: Self.elsewhere)
        #expect(try !accept(alone, and: [], from: Self.elsewhere, by: &cluster))
        var standalone = ClusterMembership()
        #expect(try accept(alone, and: [], from: Self.elsewhere, by: &standalone))
        #expect(try !accept(try topology("a"), and: [], from: Self.elsewhere, by: &standalone))
        #expect(!standalone.admits(.node(try id("a")), at: Self.elsewhere))
    }

    @Test("several servers without cluster mode are not one server")
    func standalone() throws {
        var membership = ClusterMembership()
        let other = NodeAddress(host: "y", port: 8)
        #expect(
            try accept(
                ClusterTopology(standalone: Self.elsewhere),
                and: [],
                from: Self.elsewhere,
                by: &membership
            )
        )
        #expect(membership.admits(.standalone, at: Self.elsewhere))
        #expect(!membership.admits(.standalone, at: other))
        #expect(try !accept(ClusterTopology(standalone: other), and: [], from: other, by: &membership))
    }

    @Test("a mark of a few primaries tells a cluster from another, also after some of them have gone")
    func marks() throws {
        let mark = ClusterMark(try topology("a", "b", "c", "d", "e", "f"))
        #expect(mark.prefixes.count <= ClusterMark.most && mark.prefixes.count > 1)
        #expect(mark.matches(try topology("a", "b", "c", "d", "e", "f")))
        #expect(mark.matches(try topology("1", "2", "a")))
        #expect(!mark.matches(try topology("1", "2", "3")))
        #expect(!mark.matches(ClusterTopology(standalone: Self.elsewhere)))
        #expect(ClusterMark().matches(try topology("1")), "an iteration that has not begun")
        let alone = ClusterMark(ClusterTopology(standalone: Self.elsewhere))
        #expect(alone.matches(ClusterTopology(standalone: NodeAddress(host: "y", port: 8))))
        #expect(!alone.matches(try topology("1")))
    }
}
