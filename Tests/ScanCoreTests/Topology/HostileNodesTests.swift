import ScanCore
import Testing

@Suite("What hostile nodes say about themselves")
struct HostileNodesTests {
    private func line(_ number: Int, _ flags: String, _ slots: String) -> String {
        let digits = String(number, radix: 16)
        let id = String(repeating: "0", count: 40 - digits.utf8.count) + digits
        return "\(id) 127.0.0.1:7000@17000 \(flags) - 0 0 1 connected \(slots)\n"
    }

    @Test("two lines about the node that was asked contradict each other")
    func twoSelves() {
        let text = line(1, "myself,master", "0-5") + line(2, "myself,master", "6-9")
        let error = #expect(throws: TopologyError.self) { try ClusterNodesLine.parse(text) }
        #expect(error?.description.contains("two lines") == true)
    }

    @Test("a hundred thousand lines are read, or refused, in little time")
    func floods() throws {
        let clock = ContinuousClock()
        let many = (1...100_000).map { line($0, "slave", "") }.joined()
        var lines = 0
        var time = try clock.measure { lines = try ClusterNodesLine.parse(many).count }
        #expect(lines == 100_000 && time < .seconds(10))
        // Each of them would take 2 KiB.
        let greedy = (1...100_000).map { line($0, "master", "7") }.joined()
        time = clock.measure {
            #expect(throws: TopologyError.self) { try ClusterNodesLine.parse(greedy) }
        }
        #expect(time < .seconds(2))
    }

    @Test("of thousands of nodes that may not be there few are tried at a time, and others the next time")
    func discovery() throws {
        let shards = (0..<4096).map { index in
            ClusterTopology.Shard(
                primary: clusterNode(index + 1),
                replicas: [clusterNode(index + 10_000)],
                slots: SlotSet(HashSlot(unchecked: UInt16(index))...HashSlot(unchecked: UInt16(index)))
            )
        }
        let topology = try ClusterTopology(shards: shards)
        var discovery = NodeDiscovery(seeds: [NodeAddress(host: "seed", port: 1)])
        var tried: Set<NodeAddress> = []
        for _ in 0..<256 {
            let candidates = discovery.candidates(knowing: topology)
            #expect(candidates.count == 33 && candidates.contains { $0.host == "seed" })
            tried.formUnion(candidates)
        }
        #expect(tried.count == 8193, "in time everyone is")
    }

    @Test("numbers that do not fit are the largest that do, not the end of the process")
    func numbers() throws {
        let work = try #require(
            CommandStatistics(
                """
                cmdstat_scan:calls=1,usec=9223372036854775807
                cmdstat_cluster|getkeysinslot:calls=1,usec=9223372036854775807
                cmdstat_get:calls=9223372036854775807,usec=1
                cmdstat_set:calls=9223372036854775807,usec=1
                cmdstat_del:calls=-9223372036854775808,usec=1
                """
            )
        )
        #expect(work == CommandStatistics(scanMicroseconds: .max, otherCalls: .max))
        #expect(Int64.max.addingClamped(1) == .max && Int64.min.addingClamped(-1) == .min)
        #expect(UInt64.max.addingClamped(5) == .max && Int64(3).addingClamped(4) == 7)
    }

    @Test("a redirection to a name that no host can have is none")
    func redirections() {
        let asked = NodeAddress(host: "a", port: 1)
        let longest = String(repeating: "h", count: 255)
        #expect(Redirection(ServerError(message: "MOVED 1 \(longest):1"), askedAt: asked) != nil)
        #expect(Redirection(ServerError(message: "MOVED 1 \(longest)h:1"), askedAt: asked) == nil)
    }

    @Test("a cursor that says to have returned all the keys there can be is carried on")
    func counts() throws {
        typealias Script = CoordinatorScript
        var progress = ScanProgress(queryDigest: ScanQuery().digest, wanted: .all)
        progress.keysReturned = .max
        var script = Script(
            progress: progress,
            topology: try Script.topology(a: "0-16383", b: ""),
            query: ScanQuery(),
            policy: ScanPolicy(strategy: .scan)
        )
        try script.answerStatus(
            NodeStatus(nodeID: Script.a.id, runID: Script.run("1"), configEpoch: 1, slots: .all)
        )
        try script.answerPage(of: Script.a, expecting: 0, next: 5, keys: ["one"])
        #expect(script.deliveredKeys == ["one"])
    }

    @Test("a negative number of keys is no size of a slot")
    func negativeSize() throws {
        let replies = try #require(try joined(":-5\r\n", count: 1))
        #expect(throws: ReplyError.self) { try replies.slotBurstReply(snapshots: 0, counts: 1) }
    }

    private func joined(_ wire: String, count: Int) throws -> FlatReply? {
        var parser = ReplyParser(maximumReplyBytes: 1 << 20)
        return try Array(wire.utf8).withUnsafeBytes { bytes in
            var rest = bytes
            return try parser.next(&rest, joining: count)
        }
    }
}
