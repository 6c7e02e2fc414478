import ScanCore
import Testing

@Suite("Announced addresses that cannot be reached")
struct ReachabilityTests {
    private typealias Script = CoordinatorScript
    private let elsewhere = NodeAddress(host: "127.0.0.1", port: 7001)

    private func refused(_ node: ClusterNode) -> ScanFailure {
        var failure = ScanFailure(.rediscover, .unreachable, "connection refused", at: node.address)
        failure.isUnconnected = true
        return failure
    }

    /// An iteration whose topology was told by `teller`, and in which `silent` nodes refuse connections.
    private func run(toldBy teller: NodeAddress?, silent: [ClusterNode]) throws -> Script {
        let topology = try Script.topology(a: "0-8191", b: "8192-16383")
        var script = Script(topology: topology, policy: ScanPolicy(strategy: .scan, patience: .seconds(20)))
        for _ in 0..<200 where script.report == nil && script.error == nil {
            for action in script.open {
                switch action {
                case .readStatus(_, let node, _, _) where silent.contains(node):
                    try script.fail(node, refused(node))
                case .readStatus(_, let node, _, _):
                    let slots = node == Script.a ? "0-8191" : "8192-16383"
                    try script.answerStatus(
                        NodeStatus(
                            nodeID: node.id,
                            runID: Script.run("1"),
                            configEpoch: 1,
                            slots: Script.slots(slots)
                        )
                    )
                case .readPage(_, let node, _, _): try script.answerPage(of: node, expecting: 0, next: 0)
                case .loadTopology: try script.answerTopology(topology, from: teller)
                default: break
                }
            }
            script.pass(.seconds(1))
        }
        return script
    }

    private func reports(_ script: Script) -> [[NodeAddress]] {
        script.events.compactMap { event in
            if case .announcedAddressesUnreachable(let addresses) = event { addresses } else { nil }
        }
    }

    @Test("a cluster that answers elsewhere, and nowhere where it says it is, is told from one that is down")
    func everywhere() throws {
        let script = try run(toldBy: elsewhere, silent: [Script.a, Script.b])
        #expect(reports(script) == [[Script.a.address, Script.b.address]], "at once, and once")
        let error = try #require(script.error)
        #expect(error.code == .announcedAddressesUnreachable)
        #expect(error.message.contains("cannot be reached from here: a:1, b:2"))
        #expect(error.message.contains("connection refused"))
        #expect(error.slots == .all)
    }

    @Test("a node that is down is just that, where another one answers at its announced address")
    func oneDown() throws {
        let script = try run(toldBy: elsewhere, silent: [Script.b])
        #expect(reports(script).isEmpty)
        #expect(script.error?.code == .unreachable || script.error?.code == .slotsNotCovered)
        #expect(script.error?.message.contains("announces") == false)
    }

    @Test(
        "a cluster all of whose nodes went down is just that, when it was last heard of where it says it is"
    )
    func allDown() throws {
        for teller in [Script.a.address, nil] {
            let script = try run(toldBy: teller, silent: [Script.a, Script.b])
            #expect(reports(script).isEmpty)
            #expect(script.error?.message.contains("announces") == false)
        }
    }
}
