import ScanCore
import Testing

@Suite("R5: slots on the move are read at their source, then at their destination")
struct MigrationRulesTests {
    private typealias Script = CoordinatorScript
    private let a = CoordinatorScript.a
    private let b = CoordinatorScript.b
    private let slot = HashSlot(key: "bar")

    private func source(epoch: UInt64 = 1, isMigrating: Bool = true) -> NodeStatus {
        NodeStatus(
            nodeID: a.id,
            runID: Script.run("1"),
            configEpoch: epoch,
            slots: SlotSet(slot...slot),
            migrating: isMigrating ? [slot: b.id] : [:],
            peers: [b.id: b.address]
        )
    }

    private func destination(
        isImporting: Bool = true,
        slots: String = "16000",
        seesSource: Bool = true
    ) -> NodeStatus {
        NodeStatus(
            nodeID: b.id,
            runID: Script.run("2"),
            configEpoch: 2,
            slots: Script.slots(slots),
            importing: isImporting ? [slot: a.id] : [:],
            peers: [a.id: a.address],
            others: seesSource ? [a.id: [slot...slot]] : [:]
        )
    }

    /// Up to the point where the source has been read.
    private func readSource() throws -> CoordinatorScript {
        var script = Script(
            wanted: "\(slot)",
            topology: try Script.topology(a: "\(slot)", b: "16000"),
            policy: ScanPolicy(strategy: .scan)
        )
        try script.answerStatus(source())
        try script.answerStatus(source())
        try script.answerPage(of: a, expecting: 0, next: 0, keys: ["{bar}stayed"])
        #expect(!script.isReading(b), "the destination is read after the source, not beside it")
        try script.answerStatus(source())
        return script
    }

    @Test("the slot is credited after both reads, without waiting for the end of the migration")
    func bothHalves() throws {
        var script = try readSource()
        try script.answerStatus(source())
        try script.answerStatus(destination())
        try script.answerPage(of: b, expecting: 0, next: 0, keys: ["{bar}moved", "foreign"])
        #expect(script.covered.isEmpty)
        try script.answerStatus(destination())
        try script.answerStatus(source())
        #expect(script.deliveredKeys == ["{bar}stayed", "{bar}moved"])
        #expect(script.report?.isComplete == true)
    }

    @Test("between the halves the cursor remembers that the source was read")
    func resumedBetween() throws {
        let script = try readSource()
        let token = ScanCursor(script.coordinator.progress).description
        var again = Script(
            progress: try ScanCursor(token).progress(of: ScanQuery()),
            topology: try Script.topology(a: "\(slot)", b: "16000"),
            query: ScanQuery(),
            policy: ScanPolicy(strategy: .scan)
        )
        try again.answerStatus(source())
        try again.answerStatus(destination())
        try again.answerPage(of: b, expecting: 0, next: 0)
    }

    @Test(
        "a destination that serves no slots yet is found again through its source",
        arguments: [true, false]
    )
    func resumedToEmptyDestination(isBegun: Bool) throws {
        var script = try readSource()
        if isBegun {
            try script.answerStatus(source())
            try script.answerStatus(destination())
            try script.answerPage(of: b, expecting: 0, next: 7)
        }
        let token = ScanCursor(script.coordinator.progress).description
        var again = Script(
            progress: try ScanCursor(token).progress(of: ScanQuery()),
            topology: try Script.topology(a: "\(slot)", b: ""),
            query: ScanQuery(),
            policy: ScanPolicy(strategy: .scan)
        )
        try again.answerStatus(source())
        try again.answerStatus(source())
        try again.answerStatus(destination())
        try again.answerPage(of: b, expecting: isBegun ? 7 : 0, next: 0)
        try again.answerStatus(destination())
        try again.answerStatus(source())
        #expect(again.report?.isComplete == true)
    }

    @Test("if the source no longer knows the destination, the slot is read anew")
    func resumedToForgottenDestination() throws {
        let token = ScanCursor(try readSource().coordinator.progress).description
        var again = Script(
            progress: try ScanCursor(token).progress(of: ScanQuery()),
            topology: try Script.topology(a: "\(slot)", b: ""),
            query: ScanQuery(),
            policy: ScanPolicy(strategy: .scan)
        )
        var forgetful = source(isMigrating: false)
        forgetful.peers = [:]
        try again.answerStatus(forgetful)
        #expect(again.covered.isEmpty)
        try again.answerTopology(try Script.topology(a: "\(slot)", b: ""))
        try again.answerStatus(forgetful)
        try again.answerPage(of: a, expecting: 0, next: 0)
    }

    @Test("if the migration ended during the second read, the slot is read anew at its new owner")
    func endedMeanwhile() throws {
        var script = try readSource()
        try script.answerStatus(source())
        try script.answerStatus(destination())
        try script.answerPage(of: b, expecting: 0, next: 0)
        try script.answerStatus(destination(isImporting: false, slots: "\(slot)"))
        try script.answerStatus(source())
        #expect(script.covered.isEmpty)
        try script.answerTopology(try Script.topology(a: "16001", b: "\(slot)"))
        try script.answerStatus(destination(isImporting: false, slots: "\(slot)"))
        try script.answerPage(of: b, expecting: 0, next: 0)
        try script.answerStatus(destination(isImporting: false, slots: "\(slot)"))
        #expect(script.report?.isComplete == true)
    }

    @Test("if the source's epoch rose, something came back, and the slot is read anew")
    func sourceChanged() throws {
        var script = try readSource()
        try script.answerStatus(source())
        try script.answerStatus(destination())
        try script.answerPage(of: b, expecting: 0, next: 0)
        try script.answerStatus(destination())
        try script.answerStatus(source(epoch: 9))
        #expect(script.covered.isEmpty)
        #expect(script.report == nil)
    }

    @Test("a mark left over at the source alone does not hold the iteration up")
    func oneSided() throws {
        var script = try readSource()
        try script.answerStatus(source())
        try script.answerStatus(destination(isImporting: false))
        #expect(script.report == nil)
        try script.answerStatus(destination(isImporting: false))
        try script.answerStatus(source())
        #expect(script.report?.isComplete == true)
    }

    @Test("a source that still shows the mark after the destination took over is not believed")
    func takenOver() throws {
        var script = try readSource()
        try script.answerStatus(source())
        try script.answerStatus(destination(isImporting: false, slots: "\(slot)"))
        #expect(script.covered.isEmpty)
        #expect(script.report == nil)
    }

    @Test("a destination that has passed the slot on is not taken for one that never had it")
    func passedOn() throws {
        var script = try readSource()
        try script.answerStatus(source())
        try script.answerStatus(destination(isImporting: false, seesSource: false))
        #expect(script.covered.isEmpty)
        #expect(script.report == nil)
    }

    @Test("a slot that came back to its source while the two were asked is read anew")
    func cameBack() throws {
        var script = try readSource()
        try script.answerStatus(source())
        try script.answerStatus(destination(isImporting: false))
        try script.answerStatus(destination(isImporting: false))
        try script.answerStatus(source(epoch: 9))
        #expect(script.covered.isEmpty)
        #expect(script.report == nil)
    }

    @Test("when the source says that the migration is over, nobody waits for the destination")
    func overWhileDestinationIsAway() throws {
        var script = try readSource()
        try script.answerStatus(source(isMigrating: false))
        #expect(
            script.open.contains { if case .readStatus(_, b, _, _) = $0 { true } else { false } } == false
        )
        try script.answerTopology(try Script.topology(a: "\(slot)", b: ""))
        try script.answerStatus(source(isMigrating: false))
        try script.answerPage(of: a, expecting: 0, next: 0)
    }
}
