import ScanCore
import Testing

@Suite("R8: giving up honestly")
struct GivingUpTests {
    private typealias Script = CoordinatorScript
    private let a = CoordinatorScript.a
    private let b = CoordinatorScript.b
    private let refused = ScanFailure(.rediscover, .unreachable, "refused", at: CoordinatorScript.b.address)

    private func status(_ node: ClusterNode, _ slots: String) -> NodeStatus {
        NodeStatus(nodeID: node.id, runID: Script.run("1"), configEpoch: 1, slots: Script.slots(slots))
    }

    /// A whole iteration in which `b` never answers.
    private func run(_ policy: ScanPolicy) throws -> Script {
        let topology = try Script.topology(a: "0-8191", b: "8192-16383")
        var script = Script(topology: topology, policy: policy)
        try script.answerStatus(status(a, "0-8191"))
        try script.answerPage(of: a, expecting: 0, next: 0)
        try script.answerStatus(status(a, "0-8191"))
        for _ in 0..<200 where script.report == nil && script.error == nil {
            for action in script.open {
                switch action {
                case .readStatus(_, let node, _, _) where node == b: try script.fail(b, refused)
                case .loadTopology: try script.answerTopology(topology)
                default: break
                }
            }
            script.pass(.seconds(1))
        }
        return script
    }

    @Test("slots whose node never answers are named when patience ends, with the node and the reason")
    func fails() throws {
        let script = try run(ScanPolicy(strategy: .scan, patience: .seconds(20), allowsUncoveredSlots: false))
        let error = try #require(script.error)
        #expect(error.slots == Script.slots("8192-16383"))
        #expect(error.message.contains("8192-16383"))
        #expect(error.message.contains("b:2"))
        #expect(error.message.contains("refused"))
        #expect(script.now >= .seconds(20))
        #expect(script.now <= .seconds(30))
    }

    @Test("where it is allowed, the iteration ends without them and the report names them")
    func allowed() throws {
        let script = try run(ScanPolicy(strategy: .scan, patience: .seconds(20), allowsUncoveredSlots: true))
        let report = try #require(script.report)
        #expect(report.uncovered == Script.slots("8192-16383"))
        #expect(!report.isComplete)
        #expect(script.error == nil)
    }

    @Test("slots that nobody serves are given up too")
    func unserved() throws {
        let topology = try Script.topology(a: "0-8191", b: "")
        var script = Script(topology: topology, policy: ScanPolicy(strategy: .scan, patience: .seconds(20)))
        try script.answerStatus(status(a, "0-8191"))
        try script.answerPage(of: a, expecting: 0, next: 0)
        try script.answerStatus(status(a, "0-8191"))
        for _ in 0..<200 where script.error == nil {
            for case .loadTopology in script.open { try script.answerTopology(topology) }
            script.pass(.seconds(1))
        }
        #expect(script.error?.slots == Script.slots("8192-16383"))
        #expect(script.error?.message.contains("no node serves") == true)
    }

    @Test("a wrong password is not tried again")
    func fatal() throws {
        var script = Script(topology: try Script.topology(a: "0-16383", b: ""))
        try script.fail(a, ScanFailure(.giveUp, .authenticationFailed, "WRONGPASS", at: a.address))
        #expect(script.error?.code == .authenticationFailed)
        #expect(script.error?.address == a.address)
    }

    @Test("a node whose certificate will not do is not asked again, and its slots are named")
    func untrusted() throws {
        let expired = ScanFailure(.giveUp, .tlsFailed, "expired", at: b.address)
        let topology = try Script.topology(a: "0-8191", b: "8192-16383")
        var script = Script(topology: topology)
        try script.fail(b, expired)
        #expect(script.error?.code == .tlsFailed && script.error?.address == b.address)
        #expect(script.error?.slots == Script.slots("8192-16383"))

        var lenient = Script(
            topology: topology,
            policy: ScanPolicy(strategy: .scan, allowsUncoveredSlots: true)
        )
        try lenient.fail(b, expired)
        try lenient.answerStatus(status(a, "0-8191"))
        try lenient.answerPage(of: a, expecting: 0, next: 0)
        try lenient.answerStatus(status(a, "0-8191"))
        #expect(lenient.error == nil)
        #expect(lenient.report?.uncovered == Script.slots("8192-16383"))
    }

    @Test("a page that arrives ends the trouble, however long the scan takes after that")
    func progressEndsTrouble() throws {
        let topology = try Script.topology(a: "0-16383", b: "")
        var script = Script(topology: topology, policy: ScanPolicy(strategy: .scan, patience: .seconds(20)))
        try script.answerStatus(status(a, "0-16383"))
        for cursor in 0..<10 as Range<UInt64> {
            try script.fail(a, ScanFailure(.wait, .unreachable, "LOADING"))
            script.pass(.seconds(15))
            try script.answerStatus(status(a, "0-16383"))
            try script.answerPage(of: a, expecting: cursor, next: cursor + 1)
        }
        #expect(script.error == nil)
    }

    @Test("a replica that fails is replaced by its primary, from the beginning")
    func replica() throws {
        let replica = CoordinatorScript.replica
        let topology = try Script.topology(a: "0-16383", b: "", replicas: [replica])
        var script = Script(
            topology: topology,
            policy: ScanPolicy(readPreference: .preferReplicas, strategy: .scan)
        )
        var own = status(replica, "0-16383")
        own.role = .replica(of: a.id)
        own.replication = ReplicationInfo(isReplica: true, offset: 7)
        var primary = status(a, "0-16383")
        primary.replication = ReplicationInfo(isReplica: false, offset: 7)
        try script.answerStatus(own)
        try script.answerStatus(primary)
        try script.answerPage(of: replica, expecting: 0, next: 8)
        try script.fail(replica, ScanFailure(.rediscover, .unreachable, "closed"))
        try script.answerTopology(topology)
        try script.answerStatus(status(a, "0-16383"))
        try script.answerPage(of: a, expecting: 0, next: 0)
        try script.answerStatus(status(a, "0-16383"))
        #expect(script.report?.isComplete == true)
    }
}
