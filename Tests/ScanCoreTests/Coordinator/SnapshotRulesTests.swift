import ScanCore
import Testing

@Suite("R6: reading by slot")
struct SnapshotRulesTests {
    private typealias Script = CoordinatorScript
    private let a = CoordinatorScript.a

    private func status(run: Character = "1", epoch: UInt64 = 1, slots: String = "0-16383") -> NodeStatus {
        NodeStatus(nodeID: a.id, runID: Script.run(run), configEpoch: epoch, slots: Script.slots(slots))
    }

    private func script(wanted: String, _ policy: ScanPolicy, _ query: ScanQuery = ScanQuery()) throws
        -> Script
    {
        var script = Script(
            wanted: wanted,
            topology: try Script.topology(a: "0-16383", b: ""),
            query: query,
            policy: policy
        )
        try script.answerStatus(status())
        return script
    }

    @Test("each slot is returned once, in one piece")
    func once() throws {
        var script = try script(wanted: "1-3", ScanPolicy(strategy: .slots))
        let table: [UInt16: [String]] = [1: ["x", "y"], 2: [], 3: ["z"]]
        try script.answerSlots(of: a, table)
        try script.answerSlots(of: a, table)
        try script.answerStatus(status())
        #expect(script.deliveredKeys == ["x", "y", "z"])
        #expect(script.report?.isComplete == true)
    }

    @Test("a snapshot that may have been cut off is taken again with a higher limit")
    func cutOff() throws {
        let policy = ScanPolicy(strategy: .slots, snapshotSlack: 1)
        var script = try script(wanted: "1-2", policy)
        try script.answerSlots(of: a, [1: ["x"], 2: ["z"]])
        let grown: [UInt16: [String]] = [1: ["x", "y", "v", "w"], 2: ["z"]]
        try script.answerSlots(of: a, grown)
        #expect(script.deliveredKeys.isEmpty, "slot 1 is incomplete, and slot 2 comes after it")
        while script.isReading(a) { try script.answerSlots(of: a, grown) }
        try script.answerStatus(status())
        #expect(script.deliveredKeys == ["x", "y", "v", "w", "z"])
        #expect(script.report?.isComplete == true)
    }

    @Test("slots too large for one snapshot are left to a walk over the node")
    func large() throws {
        var script = try script(wanted: "1-3", ScanPolicy(strategy: .slots, largestSnapshot: 2))
        let table: [UInt16: [String]] = [1: ["x"], 2: ["p", "q", "r"], 3: ["z"]]
        while script.isReading(a) { try script.answerSlots(of: a, table) }
        try script.answerStatus(status())
        #expect(script.covered == Script.slots("1,3"))
        try script.answerStatus(status())
        try script.answerPage(of: a, expecting: 0, next: 0)
        try script.answerStatus(status())
        #expect(script.report?.isComplete == true)
    }

    @Test("what is credited already stays so when the process is replaced; the rest is read again")
    func restart() throws {
        var script = try script(
            wanted: "1-3",
            ScanPolicy(strategy: .slots, count: 1, slotsPerCredit: 1)
        )
        let table: [UInt16: [String]] = [1: ["x"], 2: ["y"], 3: ["z"]]
        try script.answerSlots(of: a, table)
        try script.answerSlots(of: a, table)
        try script.answerStatus(status())
        #expect(script.covered == Script.slots("1"))
        try script.answerSlots(of: a, table)
        try script.answerStatus(status(run: "2"))
        #expect(script.covered == Script.slots("1"))
        try script.answerTopology(try Script.topology(a: "0-16383", b: ""))
        try script.answerStatus(status(run: "2"))
        for _ in 0..<2 {
            while script.isReading(a) { try script.answerSlots(of: a, table) }
            try script.answerStatus(status(run: "2"))
        }
        #expect(script.deliveredKeys == ["x", "y", "y", "z"])
        #expect(script.report?.isComplete == true)
    }

    @Test("where snapshots are not permitted, SCAN takes over")
    func forbidden() throws {
        var script = try script(wanted: "1-3", ScanPolicy(strategy: .auto))
        try script.fail(a, ScanFailure(.giveUp, .permissionDenied, "NOPERM"))
        try script.answerStatus(status())
        try script.answerPage(of: a, expecting: 0, next: 0)
        try script.answerStatus(status())
        #expect(script.report?.isComplete == true)
    }

    @Test("a pattern is applied to snapshots as the server would apply it")
    func pattern() throws {
        let query = ScanQuery(pattern: GlobPattern("{bar}[ab]*"))
        let slot = HashSlot(key: "bar")
        var script = try script(wanted: "\(slot)", ScanPolicy(), query)
        let table = [slot.rawValue: ["{bar}apple", "{bar}cherry", "{bar}banana"]]
        while script.isReading(a) { try script.answerSlots(of: a, table) }
        #expect(script.deliveredKeys == ["{bar}apple", "{bar}banana"])
    }

    @Test("TYPE is left to SCAN, which knows the types")
    func type() throws {
        var script = try script(wanted: "1-3", ScanPolicy(), ScanQuery(type: .hash))
        try script.answerPage(of: a, expecting: 0, next: 0)
    }

    @Test("a newer server walks the slot of a hash tag alone; one that walks on is read by snapshot instead")
    func slotWalkedAlone() throws {
        let slot = HashSlot(key: "bar")
        var status = status()
        status.version = ServerVersion(.valkey, 8, 0)
        var script = Script(
            wanted: "\(slot)",
            topology: try Script.topology(a: "0-16383", b: ""),
            query: ScanQuery(pattern: GlobPattern("{bar}*")),
            policy: ScanPolicy()
        )
        try script.answerStatus(status)
        let inSlot = UInt64(3) << 14 | UInt64(slot.rawValue)
        try script.answerPage(of: a, expecting: 0, next: inSlot, keys: ["{bar}1"])
        try script.answerPage(of: a, expecting: inSlot, next: inSlot + 1)
        try script.answerStatus(status)
        let table = [slot.rawValue: ["{bar}1", "{bar}2"]]
        while script.isReading(a) { try script.answerSlots(of: a, table) }
        try script.answerStatus(status)
        #expect(Set(script.deliveredKeys) == ["{bar}1", "{bar}2"])
        #expect(script.report?.isComplete == true)
    }
}
