import ScanCore
import Testing

@Suite("Lanes: what is claimed, returned and credited")
struct LaneRulesTests {
    private typealias Script = CoordinatorScript
    private let a = CoordinatorScript.a
    private let b = CoordinatorScript.b

    private func status(
        _ node: ClusterNode,
        run: Character = "1",
        slots: String,
        epoch: UInt64 = 1,
        role: NodeRole = .primary,
        migrating: [HashSlot: NodeID] = [:],
        importing: [HashSlot: NodeID] = [:],
        seesMajority: Bool = true
    ) -> NodeStatus {
        NodeStatus(
            nodeID: node.id,
            runID: CoordinatorScript.run(run),
            role: role,
            configEpoch: epoch,
            slots: CoordinatorScript.slots(slots),
            migrating: migrating,
            importing: importing,
            seesMajority: seesMajority
        )
    }

    /// `foo` is in slot 12182, `bar` in slot 5061.
    private let low = "bar"
    private let high = "foo"

    @Test("a quiet cluster is read once and every slot is credited")
    func quiet() throws {
        var script = Script(topology: try Script.topology(a: "0-8191", b: "8192-16383"))
        for (node, slots, key) in [(a, "0-8191", low), (b, "8192-16383", high)] {
            try script.answerStatus(status(node, slots: slots))
            try script.answerPage(of: node, expecting: 0, next: 7)
            try script.answerPage(of: node, expecting: 7, next: 0, keys: [key])
            try script.answerStatus(status(node, slots: slots))
        }
        #expect(script.deliveredKeys == [low, high])
        #expect(script.report?.isComplete == true)
        #expect(script.report?.keys == 2)
        #expect(script.report?.lanes == 2)
        #expect(script.delivered.last?.cursor.isFinished == false, "the last page is not the end: credit is")
    }

    @Test("R1: slots the topology promises but the node does not serve are not claimed")
    func claimsByOwnWord() throws {
        var script = Script(topology: try Script.topology(a: "0-16383", b: ""))
        try script.answerStatus(status(a, slots: "0-8191"))
        try script.answerPage(of: a, expecting: 0, next: 0, keys: [low, high])
        #expect(script.deliveredKeys == [low])
        try script.answerStatus(status(a, slots: "0-8191"))
        #expect(script.covered == Script.slots("0-8191"))
        #expect(script.report == nil)
    }

    @Test("R2: keys of slots that are not claimed are not returned")
    func emitFilter() throws {
        var script = Script(wanted: "5061", topology: try Script.topology(a: "0-16383", b: ""))
        try script.answerStatus(status(a, slots: "0-16383"))
        try script.answerPage(of: a, expecting: 0, next: 0, keys: [high, low, high])
        #expect(script.deliveredKeys == [low])
    }

    @Test("R3: a slot that leaves and returns during a lane is not credited, because the epoch has risen")
    func epochRose() throws {
        var script = Script(topology: try Script.topology(a: "0-16383", b: ""))
        try script.answerStatus(status(a, slots: "0-16383", epoch: 1))
        try script.answerPage(of: a, expecting: 0, next: 0)
        try script.answerStatus(status(a, slots: "0-16383", epoch: 3))
        #expect(script.covered.isEmpty)
        #expect(script.report == nil)
        try script.answerTopology(try Script.topology(a: "0-16383", b: ""))
        try script.answerStatus(status(a, slots: "0-16383", epoch: 3))
        try script.answerPage(of: a, expecting: 0, next: 0)
        try script.answerStatus(status(a, slots: "0-16383", epoch: 3))
        #expect(script.report?.isComplete == true)
        #expect(script.report?.restarts == 1)
    }

    @Test("R3: a slot that arrives during a lane is not credited by it")
    func lateArrival() throws {
        var script = Script(topology: try Script.topology(a: "0-8191", b: "8192-16383"))
        try script.answerStatus(status(a, slots: "0-8191"))
        try script.answerPage(of: a, expecting: 0, next: 0)
        try script.answerStatus(status(a, slots: "0-9000"))
        #expect(script.covered == Script.slots("0-8191"))
    }

    @Test("R3: nothing is credited to a primary that has become a replica, or lost sight of the others")
    func demoted() throws {
        for end in [
            status(a, slots: "0-8191", role: .replica(of: b.id)),
            status(a, slots: "0-8191", seesMajority: false),
        ] {
            var script = Script(topology: try Script.topology(a: "0-8191", b: "8192-16383"))
            try script.answerStatus(status(a, slots: "0-8191"))
            try script.answerPage(of: a, expecting: 0, next: 0)
            try script.answerStatus(end)
            #expect(script.covered.isEmpty)
        }
    }

    @Test("R4: slots that left are read from the beginning at their new owner")
    func lostSlots() throws {
        var script = Script(topology: try Script.topology(a: "0-16383", b: ""))
        try script.answerStatus(status(a, slots: "0-16383"))
        try script.answerPage(of: a, expecting: 0, next: 5)
        try script.answerPage(of: a, expecting: 5, next: 0)
        try script.answerStatus(status(a, slots: "0-8191"))
        #expect(script.covered == Script.slots("0-8191"))
        try script.answerTopology(try Script.topology(a: "0-8191", b: "8192-16383"))
        try script.answerStatus(status(b, slots: "8192-16383", epoch: 2))
        try script.answerPage(of: b, expecting: 0, next: 0, keys: [low, high])
        #expect(script.deliveredKeys == [high])
        try script.answerStatus(status(b, slots: "8192-16383", epoch: 2))
        #expect(script.report?.isComplete == true)
    }

    @Test("R4: slots that are seen to have left are lost, though they come back with nothing to show for it")
    func leftAndBack() throws {
        let topology = try Script.topology(a: "0-16383", b: "")
        var script = Script(topology: topology)
        try script.answerStatus(status(a, slots: "0-16383"))
        try script.answerPage(of: a, expecting: 0, next: 42)
        let cursor = try #require(script.delivered.last).cursor
        var again = Script(
            progress: try ScanCursor(cursor.description).progress(of: ScanQuery()),
            topology: topology,
            query: ScanQuery(),
            policy: ScanPolicy(strategy: .scan)
        )
        // The first word may be older than the lane, so that the node is asked again.
        try again.answerStatus(status(a, slots: "0-8191"))
        #expect(!again.isReading(a))
        try again.answerStatus(status(a, slots: "0-8191"))
        try again.answerPage(of: a, expecting: 42, next: 0)
        try again.answerStatus(status(a, slots: "0-16383"))
        #expect(again.covered == Script.slots("0-8191"))
    }

    @Test("R7: after a reconnect to the same process the lane carries on, to another it starts over")
    func processIdentity() throws {
        for (run, cursor) in [("1", 42), ("2", 0)] as [(Character, UInt64)] {
            var script = Script(topology: try Script.topology(a: "0-16383", b: ""))
            try script.answerStatus(status(a, slots: "0-16383"))
            try script.answerPage(of: a, expecting: 0, next: 42)
            try script.fail(a, ScanFailure(.rediscover, .unreachable, "closed"))
            script.pass(.seconds(3))
            try script.answerTopology(try Script.topology(a: "0-16383", b: ""))
            try script.answerStatus(status(a, run: run, slots: "0-16383"))
            if run != "1" {
                script.pass(.seconds(3))
                try script.answerTopology(try Script.topology(a: "0-16383", b: ""))
                try script.answerStatus(status(a, run: run, slots: "0-16383"))
            }
            try script.answerPage(of: a, expecting: cursor, next: 0)
        }
    }

    @Test("R7: an address at which another node answers is not the node")
    func otherNodeAnswers() throws {
        var script = Script(topology: try Script.topology(a: "0-16383", b: ""))
        let lane = LaneID(rawValue: 1)
        script.coordinator.statusRead(lane, statusRequest: 1, status(b, slots: "0-16383"), now: .zero)
        let next = script.coordinator.takeActions().filter(\.isRead)
        #expect(next.isEmpty)
    }

    @Test("R3: what a node said before the last page does not count, however late it arrives")
    func lateWord() throws {
        var script = Script(topology: try Script.topology(a: "0-16383", b: ""))
        try script.answerStatus(status(a, slots: "0-16383"))
        try script.answerPage(of: a, expecting: 0, next: 0)
        let lane = LaneID(rawValue: 1)
        script.coordinator.statusRead(lane, statusRequest: 1, status(a, slots: "0-16383"), now: .zero)
        #expect(script.covered.isEmpty)
        try script.answerStatus(status(a, slots: "0-8191"))
        #expect(script.covered == Script.slots("0-8191"))
    }

    @Test("R9: each batch's cursor stands for that batch and those before it, not for what is read ahead")
    func checkpoints() throws {
        var script = Script(topology: try Script.topology(a: "0-16383", b: ""))
        try script.answerStatus(status(a, slots: "0-16383"))
        try script.answerPage(of: a, expecting: 0, next: 3, keys: ["k1"])
        try script.answerPage(of: a, expecting: 3, next: 9, keys: ["k2"])
        try script.answerPage(of: a, expecting: 9, next: 0, keys: ["k3"])
        for (batch, cursor) in zip(script.delivered, [3, 9] as [UInt64]) {
            let progress = try ScanCursor(batch.cursor.description).progress(of: ScanQuery())
            var again = Script(
                progress: progress,
                topology: try Script.topology(a: "0-16383", b: ""),
                query: ScanQuery(),
                policy: ScanPolicy(strategy: .scan)
            )
            try again.answerStatus(status(a, slots: "0-16383"))
            try again.answerPage(of: a, expecting: cursor, next: 0)
        }
        let last = try #require(script.delivered.last)
        var again = Script(
            progress: try ScanCursor(last.cursor.description).progress(of: ScanQuery()),
            topology: try Script.topology(a: "0-16383", b: ""),
            query: ScanQuery(),
            policy: ScanPolicy(strategy: .scan)
        )
        try again.answerStatus(status(a, slots: "0-16383"))
        #expect(!again.isReading(a), "everything was handed out; only the credit is missing")
        try again.answerStatus(status(a, slots: "0-16383"))
        #expect(again.report?.isComplete == true)
    }
}
