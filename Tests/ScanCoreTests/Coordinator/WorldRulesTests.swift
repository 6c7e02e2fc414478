import ScanCore
import Testing

@Suite("R11 to R15: the world as it is")
struct WorldRulesTests {
    private typealias Script = CoordinatorScript
    private let a = CoordinatorScript.a
    private let b = CoordinatorScript.b
    private let replica = CoordinatorScript.replica
    private let slot = HashSlot(key: "bar")

    private func status(_ node: ClusterNode, _ slots: String, epoch: UInt64 = 1) -> NodeStatus {
        NodeStatus(nodeID: node.id, runID: Script.run("1"), configEpoch: epoch, slots: Script.slots(slots))
    }

    @Test("R13: a slot that another node is seen to own at a higher epoch is not credited")
    func vetoed() throws {
        let topology = try Script.topology(a: "0-8191", b: "8192-16383")
        var script = Script(topology: topology)
        var own = status(a, "0-8191")
        own.highestEpoch = 9
        try script.answerStatus(own)
        try script.answerPage(of: a, expecting: 0, next: 0)
        // The other one took over a slot, and the first has not heard of it.
        try script.answerStatus(status(b, "5061,8192-16383", epoch: 2))
        try script.answerStatus(own)
        #expect(script.covered == Script.slots("0-5060,5062-8191"))
    }

    @Test("R13: what a third node says of it counts as well")
    func thirdWord() throws {
        var script = Script(topology: try Script.topology(a: "0-8191", b: "8192-16383"))
        var own = status(a, "0-8191")
        own.highestEpoch = 9
        try script.answerStatus(own)
        try script.answerPage(of: a, expecting: 0, next: 0)
        var word = status(b, "8192-16383", epoch: 2)
        word.others = [replica.id: [slot...slot]]
        word.epochs = [replica.id: 3]
        try script.answerStatus(word)
        try script.answerStatus(own)
        #expect(script.covered == Script.slots("0-5060,5062-8191"))
    }

    @Test("R13: nothing is credited before a majority of the primaries was heard")
    func majority() throws {
        var script = Script(topology: try Script.topology(a: "0-8191", b: "8192-16383"))
        script.answersHearings = false
        try script.answerStatus(status(a, "0-8191"))
        try script.answerPage(of: a, expecting: 0, next: 0)
        try script.answerStatus(status(b, "8192-16383"))
        try script.answerStatus(status(a, "0-8191"))
        #expect(script.covered.isEmpty)
        try script.answerStatus(status(b, "8192-16383"))
        #expect(script.covered == Script.slots("0-8191"))
    }

    @Test("R13: a node that had the highest epoch and has it no more is not credited")
    func overtaken() throws {
        var script = Script(topology: try Script.topology(a: "0-8191", b: "8192-16383"))
        var own = status(a, "0-8191", epoch: 5)
        own.highestEpoch = 5
        try script.answerStatus(own)
        try script.answerPage(of: a, expecting: 0, next: 0)
        try script.answerStatus(status(b, "8192-16383", epoch: 6))
        try script.answerStatus(status(a, "0-8191", epoch: 5))
        #expect(script.covered.isEmpty)
    }

    private let d = ClusterNode(id: Script.id("d"), address: NodeAddress(host: "d", port: 4))

    private func topology(of primaries: [(ClusterNode, String)]) throws -> ClusterTopology {
        try ClusterTopology(
            shards: primaries.map { node, slots in
                ClusterTopology.Shard(primary: node, replicas: [], slots: Script.slots(slots))
            }
        )
    }

    private let silence = ScanFailure(.rediscover, .unreachable, "closed")

    @Test("R13: where too few answer, all that were silent are asked again, not just the first of them")
    func silentNodes() throws {
        let c = replica
        let topology = try topology(of: [(a, "0-9"), (b, "10-19"), (c, "20-29"), (d, "30-39")])
        var script = Script(wanted: "0-9", topology: topology)
        script.answersHearings = false
        try script.answerStatus(status(a, "0-9"))
        try script.answerPage(of: a, expecting: 0, next: 0)
        try script.answerStatus(status(a, "0-9"))
        for node in [b, b, c, c] { try script.fail(node, silence) }
        try script.answerStatus(status(d, "30-39"))
        #expect(script.covered.isEmpty)
        script.pass(.seconds(3))
        try script.answerStatus(status(a, "0-9"))
        try script.answerStatus(status(a, "0-9"))
        try script.fail(b, silence)
        try script.answerStatus(status(c, "20-29"))
        try script.answerStatus(status(d, "30-39"))
        #expect(script.covered == Script.slots("0-9"))
    }

    @Test("R13: a node that is said to own a slot is asked, though it was silent: its word can end that")
    func silentRival() throws {
        let c = replica
        let topology = try topology(of: [(a, "0-9"), (b, "10-19"), (c, "20-29")])
        var script = Script(wanted: "0-9", topology: topology)
        script.answersHearings = false
        var own = status(a, "0-9")
        own.highestEpoch = 9
        try script.answerStatus(own)
        try script.answerPage(of: a, expecting: 0, next: 0)
        try script.answerStatus(own)
        var word = status(c, "20-29")
        word.others = [b.id: Script.slots("5,10-19").ranges.map { $0 }]
        word.epochs = [b.id: 2]
        try script.answerStatus(word)
        for node in [b, b] { try script.fail(node, silence) }
        #expect(script.covered == Script.slots("0-4,6-9"))
        try script.answerTopology(topology)
        try script.answerStatus(own)
        try script.answerPage(of: a, expecting: 0, next: 0)
        try script.answerStatus(own)
        try script.answerStatus(status(b, "10-19", epoch: 2))
        try script.answerStatus(status(c, "20-29"))
        #expect(script.covered == Script.slots("0-9"))
    }

    @Test("R15: a node that fails without a reason is waited for; one whose state is ok is not")
    func justStarted() throws {
        var script = Script(topology: try Script.topology(a: "0-16383", b: ""))
        var young = status(a, "0-16383")
        young.health = ClusterHealth(isOK: false)
        young.uptime = .seconds(1)
        try script.answerStatus(young)
        #expect(!script.isReading(a))
        script.pass(.seconds(3))
        young.health = ClusterHealth(isOK: true)
        try script.answerStatus(young)
        #expect(script.isReading(a))
    }

    @Test("R15: without CLUSTER INFO, the time a process has run decides")
    func uptime() throws {
        for (seconds, isRead) in [(1, false), (100, true)] {
            var script = Script(topology: try Script.topology(a: "0-16383", b: ""))
            var answer = status(a, "0-16383")
            answer.uptime = .seconds(seconds)
            try script.answerStatus(answer)
            #expect(script.isReading(a) == isRead)
        }
    }

    @Test(
        "R11: a replica is read once it has come as far as its primary, and passed over if it does not follow"
    )
    func replicas() throws {
        let topology = try Script.topology(a: "0-16383", b: "", replicas: [replica])
        let policy = ScanPolicy(readPreference: .preferReplicas, strategy: .scan)
        var own = status(replica, "0-16383")
        own.role = .replica(of: a.id)
        var primary = status(a, "0-16383")
        primary.replication = ReplicationInfo(isReplica: false, offset: 100)
        for isLinkUp in [true, false] {
            var script = Script(topology: topology, policy: policy)
            own.replication = ReplicationInfo(isReplica: true, offset: 90, isLinkUp: isLinkUp)
            try script.answerStatus(own)
            try script.answerStatus(primary)
            #expect(!script.isReading(replica))
            guard isLinkUp else {
                try script.answerStatus(primary)
                #expect(script.isReading(a))
                continue
            }
            script.pass(.seconds(1))
            own.replication?.offset = 100
            primary.replication?.offset = 170
            try script.answerStatus(own)
            try script.answerStatus(primary)
            #expect(script.isReading(replica))
        }
    }

    @Test("R14: a slot that is lost again and again ends in an error that names it")
    func restless() throws {
        var script = Script(
            wanted: "\(slot)",
            topology: try Script.topology(a: "\(slot)", b: "16000"),
            policy: ScanPolicy(strategy: .scan, patience: .seconds(20))
        )
        var source = status(a, "\(slot)")
        source.migrating = [slot: b.id]
        source.peers = [b.id: b.address]
        // It is marked for a node that has taken it over long ago, by its own account.
        let destination = status(b, "\(slot)", epoch: 1)
        var requests = 0
        while script.error == nil, requests < 2000 {
            requests += 1
            guard let action = script.open.first(where: { if case .wake = $0 { false } else { true } }) else {
                script.pass(.milliseconds(500))
                continue
            }
            switch action {
            case .readStatus(_, let node, _, _): try script.answerStatus(node == a ? source : destination)
            case .readPage(_, let node, _, _): try script.answerPage(of: node, expecting: 0, next: 0)
            case .readSlots(_, let node, _): try script.answerSlots(of: node, [slot.rawValue: ["{bar}"]])
            case .loadTopology: try script.answerTopology(try Script.topology(a: "\(slot)", b: "16000"))
            default: script.pass(.milliseconds(500))
            }
            if script.open.allSatisfy({ if case .wake = $0 { true } else { false } }) {
                script.pass(.milliseconds(500))
            }
        }
        #expect(script.error?.slots == SlotSet(slot...slot))
        #expect(script.deliveredKeys.count < 100, "it is read again with growing pauses")
    }

    @Test("R12: an importing mark counts, whatever node it names")
    func thirdNode() throws {
        var script = Script(wanted: "\(slot)", topology: try Script.topology(a: "\(slot)", b: "16000"))
        var source = status(a, "\(slot)")
        source.migrating = [slot: b.id]
        source.peers = [b.id: b.address]
        var destination = status(b, "16000", epoch: 2)
        destination.importing = [slot: replica.id]
        destination.others = [a.id: [slot...slot]]
        try script.answerStatus(source)
        try script.answerStatus(source)
        try script.answerPage(of: a, expecting: 0, next: 0, keys: ["{bar}stayed"])
        try script.answerStatus(source)
        try script.answerStatus(source)
        try script.answerStatus(destination)
        try script.answerPage(of: b, expecting: 0, next: 0, keys: ["{bar}moved"])
        try script.answerStatus(destination)
        try script.answerStatus(source)
        #expect(script.deliveredKeys == ["{bar}stayed", "{bar}moved"])
        #expect(script.report?.isComplete == true)
    }

    @Test("R12: the successor of a destination is read in its place")
    func successor() throws {
        var script = Script(wanted: "\(slot)", topology: try Script.topology(a: "\(slot)", b: "16000"))
        var source = status(a, "\(slot)")
        source.migrating = [slot: replica.id]
        source.successors = [replica.id: b.id]
        source.peers = [replica.id: replica.address, b.id: b.address]
        var destination = status(b, "16000", epoch: 2)
        destination.importing = [slot: a.id]
        try script.answerStatus(source)
        try script.answerStatus(source)
        try script.answerPage(of: a, expecting: 0, next: 0)
        try script.answerStatus(source)
        try script.answerStatus(source)
        try script.answerStatus(destination)
        try script.answerPage(of: b, expecting: 0, next: 0, keys: ["{bar}moved"])
        try script.answerStatus(destination)
        try script.answerStatus(source)
        #expect(script.report?.isComplete == true)
    }

    @Test("keys of slots that a node does not serve are counted and not returned")
    func leftOver() throws {
        var script = Script(topology: try Script.topology(a: "0-8191", b: "8192-16383"))
        try script.answerStatus(status(a, "0-8191"))
        try script.answerPage(of: a, expecting: 0, next: 0, keys: ["bar", "foo"])
        try script.answerStatus(status(a, "0-8191"))
        try script.answerStatus(status(b, "8192-16383"))
        try script.answerPage(of: b, expecting: 0, next: 0)
        try script.answerStatus(status(b, "8192-16383"))
        #expect(script.deliveredKeys == ["bar"])
        #expect(script.report?.leftOver == [HashSlot(key: "foo"): 1])
        #expect(script.events.contains { if case .keysLeftOver = $0 { true } else { false } })
    }
}
