import ScanCore
import Testing

@Suite("R8 and R14: what does not get on ends")
struct ProgressRulesTests {
    private typealias Script = CoordinatorScript
    private let a = CoordinatorScript.a
    private let b = CoordinatorScript.b
    private let replica = CoordinatorScript.replica
    private let slot = HashSlot(key: "bar")

    private func status(_ node: ClusterNode, _ slots: String, epoch: UInt64 = 1) -> NodeStatus {
        NodeStatus(nodeID: node.id, runID: Script.run("1"), configEpoch: epoch, slots: Script.slots(slots))
    }

    private func isWake(_ action: ScanAction) -> Bool { if case .wake = action { true } else { false } }

    /// Reads a slot whose owner has another epoch whenever it is asked, until the cursor of a page is handed
    /// out or the iteration fails.
    private func onePage(from progress: ScanProgress, epoch: inout UInt64) throws -> Script {
        let topology = try Script.topology(a: "\(slot)", b: "16000")
        var script = Script(
            progress: progress,
            topology: topology,
            query: ScanQuery(),
            policy: ScanPolicy(strategy: .scan, patience: .seconds(10))
        )
        while script.error == nil, !script.delivered.contains(where: { !$0.keys.isEmpty }) {
            guard let action = script.open.first(where: { !isWake($0) }) else {
                script.pass(.milliseconds(100))
                continue
            }
            switch action {
            case .readStatus(_, let node, _, _):
                epoch += 1
                try script.answerStatus(
                    node == a ? status(a, "\(slot)", epoch: epoch) : status(b, "16000")
                )
            case .readPage(_, let node, let cursor, _):
                try script.answerPage(of: node, expecting: cursor, next: 0, keys: ["{bar}"])
            case .readSlots(_, let node, _): try script.answerSlots(of: node, [slot.rawValue: ["{bar}"]])
            case .loadTopology: try script.answerTopology(topology)
            default: script.pass(.milliseconds(100))
            }
        }
        return script
    }

    @Test("a caller that takes a new process for every page of a restless slot is given an error, too")
    func lossesInCursor() throws {
        var progress = ScanProgress(queryDigest: ScanQuery().digest, wanted: SlotSet(slot...slot))
        var epoch: UInt64 = 1
        for _ in 0..<2000 {
            let script = try onePage(from: progress, epoch: &epoch)
            if let error = script.error {
                #expect(error.slots == SlotSet(slot...slot))
                #expect(progress.losses.first?.losses ?? 0 > 3)
                // A caller who goes on from there has patience anew.
                #expect(script.coordinator.progress.losses.isEmpty)
                return
            }
            let page = try #require(script.delivered.last { !$0.keys.isEmpty })
            progress = try ScanCursor(page.cursor.description).progress(of: ScanQuery())
        }
        Issue.record("it does not end")
    }

    @Test("R14: slots that a lane had not come to are not lost with those it had read")
    func onlyWhatWasRead() throws {
        var script = Script(
            wanted: "0-99",
            topology: try Script.topology(a: "0-99", b: "16000"),
            policy: ScanPolicy(strategy: .slots, slotsPerCredit: 10)
        )
        try script.answerStatus(status(a, "0-99"))
        try script.answerSlots(of: a, [:])
        try script.answerStatus(status(a, "0-99", epoch: 2))
        let losses = script.coordinator.progress.losses
        #expect(losses.map(\.slots) == [Script.slots("0-9")])
    }

    @Test("R14: a node at which nothing is ever credited is given up when patience ends, with all its slots")
    func fruitlessNode() throws {
        let topology = try Script.topology(a: "0-9999", b: "16000")
        var script = Script(
            wanted: "0-9999",
            topology: topology,
            policy: ScanPolicy(strategy: .slots, patience: .seconds(10))
        )
        var epoch: UInt64 = 1
        for _ in 0..<5000 where script.error == nil {
            switch script.open.first(where: { !isWake($0) }) {
            case .readStatus:
                epoch += 1
                try script.answerStatus(status(a, "0-9999", epoch: epoch))
            case .readSlots: try script.answerSlots(of: a, [:])
            case .loadTopology: try script.answerTopology(topology)
            default: break
            }
            script.pass(.milliseconds(20))
        }
        #expect(script.error?.slots == Script.slots("0-9999"))
        #expect(script.now < .seconds(15))
    }

    @Test("two lanes that take turns at one place do not forget each other's patience")
    func takingTurns() throws {
        let topology = try Script.topology(a: "0-8191", b: "8192-16383")
        var script = Script(
            topology: topology,
            policy: ScanPolicy(maximumLanes: 1, strategy: .scan, patience: .seconds(10))
        )
        let busy = ScanFailure(.wait, .unreachable, "BUSY")
        for _ in 0..<3000 where script.error == nil {
            guard let action = script.open.first(where: { !isWake($0) }) else {
                script.pass(.milliseconds(50))
                continue
            }
            switch action {
            // Both say what they are, and answer nothing else.
            case .readStatus(_, let node, _, _):
                try script.answerStatus(node == a ? status(a, "0-8191") : status(b, "8192-16383"))
            case .readPage(_, let node, _, _): try script.fail(node, busy)
            case .loadTopology: try script.answerTopology(topology)
            default: script.pass(.milliseconds(50))
            }
            script.pass(.milliseconds(5))
        }
        #expect(script.error?.slots == .all)
    }

    @Test("R11: a replica that cannot answer for long is passed over for its primary")
    func busyReplica() throws {
        let topology = try Script.topology(a: "0-16383", b: "", replicas: [replica])
        var script = Script(
            topology: topology,
            policy: ScanPolicy(readPreference: .preferReplicas, strategy: .scan)
        )
        for _ in 0..<1000 where !script.isReading(a) {
            guard let action = script.open.first(where: { !isWake($0) }) else {
                script.pass(.milliseconds(500))
                continue
            }
            switch action {
            case .readStatus(_, let node, _, _) where node == replica:
                try script.fail(replica, ScanFailure(.wait, .unreachable, "MASTERDOWN"))
            case .readStatus: try script.answerStatus(status(a, "0-16383"))
            case .loadTopology: try script.answerTopology(topology)
            default: script.pass(.milliseconds(500))
            }
        }
        #expect(script.isReading(a))
        #expect(script.now < .seconds(30))
    }

    @Test("R12: a destination that has become a replica of the source has nothing")
    func destinationFollowsSource() throws {
        var script = Script(wanted: "\(slot)", topology: try Script.topology(a: "\(slot)", b: "16000"))
        var source = status(a, "\(slot)")
        source.migrating = [slot: replica.id]
        source.successors = [replica.id: a.id]
        source.peers = [replica.id: replica.address]
        var destination = status(replica, "\(slot)")
        destination.role = .replica(of: a.id)
        try script.answerStatus(source)
        try script.answerStatus(source)
        try script.answerPage(of: a, expecting: 0, next: 0, keys: ["{bar}"])
        try script.answerStatus(source)
        try script.answerStatus(source)
        try script.answerStatus(destination)
        try script.answerStatus(destination)
        try script.answerStatus(source)
        #expect(script.deliveredKeys == ["{bar}"])
        #expect(script.report?.isComplete == true)
    }

    @Test("R13: the word of a node that has gone does not stand for ever")
    func wordOfTheGone() throws {
        var script = Script(topology: try Script.topology(a: "0-8191", b: "8192-16383"))
        // The other one still sees the slot at a third node, at the same epoch; later it does not.
        var word = status(b, "8192-16383", epoch: 2)
        word.others = [replica.id: [slot...slot], a.id: [HashSlot(unchecked: 0)...HashSlot(unchecked: 8191)]]
        word.epochs = [replica.id: 3, a.id: 3]
        var own = status(a, "0-8191", epoch: 3)
        own.others = [b.id: [HashSlot(unchecked: 8192)...HashSlot(unchecked: 16383)]]
        own.epochs = [b.id: 2]
        (word.highestEpoch, own.highestEpoch) = (3, 3)
        try script.answerStatus(own)
        try script.answerStatus(word)
        word.others[replica.id] = nil
        word.epochs[replica.id] = nil
        try script.answerPage(of: b, expecting: 0, next: 0)
        try script.answerStatus(word)
        try script.answerPage(of: a, expecting: 0, next: 0)
        try script.answerStatus(own)
        #expect(script.report?.isComplete == true)
    }
}
