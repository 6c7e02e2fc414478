import ScanCore
import Testing

@Suite("Node discovery")
struct NodeDiscoveryTests {
    private let seeds = ["seed-a", "10.0.0.2", "seed-a"].map { NodeAddress(host: $0, port: 7000) }

    private func topology() throws -> ClusterTopology {
        try ClusterTopology(
            shards: (1...3).map { number in
                ClusterTopology.Shard(
                    primary: clusterNode(number),
                    replicas: [clusterNode(number + 10)],
                    slots: SlotSet(below: number).subtracting(SlotSet(below: number - 1))
                )
            }
        )
    }

    @Test("before anything is known the seeds are asked, each once")
    func seedsFirst() {
        var discovery = NodeDiscovery(seeds: seeds)
        for _ in 0..<3 {
            #expect(discovery.candidates(knowing: nil).map(\.host) == ["seed-a", "10.0.0.2"])
        }
    }

    @Test(
        "known primaries come before seeds, these before replicas; each call begins with another primary"
    )
    func knownNodes() throws {
        var discovery = NodeDiscovery(seeds: seeds)
        let topology = try topology()
        let rest = ["seed-a", "10.0.0.11", "10.0.0.12", "10.0.0.13"]
        let hosts = (0..<4).map { _ in discovery.candidates(knowing: topology).map(\.host) }
        #expect(hosts[0] == ["10.0.0.1", "10.0.0.2", "10.0.0.3"] + rest)
        #expect(hosts[1] == ["10.0.0.2", "10.0.0.3", "10.0.0.1"] + rest)
        #expect(hosts[2] == ["10.0.0.3", "10.0.0.1", "10.0.0.2"] + rest)
        #expect(hosts[3] == hosts[0])
    }

    @Test("nodes that were silent when they were asked last are asked last, but are asked")
    func silentNodes() throws {
        var discovery = NodeDiscovery(seeds: seeds)
        let silent = Set(["10.0.0.1", "10.0.0.2", "10.0.0.12"].map { NodeAddress(host: $0, port: 7000) })
        let hosts = discovery.candidates(knowing: try topology(), silent: silent).map(\.host)
        #expect(
            hosts == ["10.0.0.3", "seed-a", "10.0.0.11", "10.0.0.13", "10.0.0.1", "10.0.0.2", "10.0.0.12"]
        )
    }

    @Test("of many failures the one is told that the user can mend, else the one that time mends")
    func summaries() {
        let address = NodeAddress(host: "a", port: 1)
        let refused = ScanFailure(.rediscover, .unreachable, "refused", at: address)
        let loading = ScanFailure(.wait, .unreachable, "LOADING", at: address)
        let password = ScanFailure(.giveUp, .authenticationFailed, "NOAUTH", at: address)
        #expect(NodeDiscovery.summary(of: [refused, loading, password]) == password)
        #expect(NodeDiscovery.summary(of: [refused, loading]) == loading)
        #expect(NodeDiscovery.summary(of: [refused]) == refused)
        let many = NodeDiscovery.summary(of: [refused, refused])
        #expect(many.remedy == .rediscover)
        #expect(many.message.contains("a:1: refused; a:1: refused"))
        #expect(NodeDiscovery.summary(of: []).remedy == .giveUp)

        // A certificate is that of one node, and the others may come back.
        let expired = ScanFailure(.giveUp, .tlsFailed, "expired", at: address)
        #expect(NodeDiscovery.summary(of: [expired, expired]) == expired)
        #expect(NodeDiscovery.summary(of: [expired, refused]).remedy == .rediscover)
    }
}
