/// R13: before anything is credited, others are heard. A primary that was replaced, or that gave a slot away,
/// may not know it: the cluster bus can be silent where clients still get through.
struct Hearing: Sendable {
    /// A lane that has been told by its own nodes that it may be credited.
    struct Claimant: Sendable {
        let lane: LaneID
        let statusRequest: Int
        let statuses: [NodeStatus]
    }

    /// Those that came while others were being heard for: what was said before does not count for them.
    var waiting: [Claimant] = []
    /// Those that are being heard for.
    var served: [Claimant] = []
    /// The nodes that have not answered yet, by the names of the questions.
    var asked: [LaneID: ClusterNode] = [:]
    /// The primaries that have answered.
    var heard: Set<NodeID> = []
    /// Nodes that are said to own what others claim: they are asked next time, whatever they are by now.
    var rivals: Set<UInt64> = []
    /// Nodes that have not answered: each time costs a time limit.
    private var silences: [NodeID: Silence] = [:]
    /// Where to begin among many.
    var turn = 0
    /// From then on the word of most is enough: a node that does not answer costs a time limit.
    var deadline = Duration.zero
    static let longestWait = Duration.milliseconds(250)

    private struct Silence {
        /// How often in a row.
        var failures: Int
        let last: Duration
    }

    /// A node has not answered.
    mutating func failed(_ node: NodeID, now: Duration) {
        silences[node] = Silence(failures: (silences[node]?.failures ?? 0) + 1, last: now)
    }

    mutating func answered(_ node: NodeID) {
        if !silences.isEmpty { silences[node] = nil }
    }

    /// Whether a node was silent twice in a row, the last time less than a pause ago. It may be the only one
    /// that knows, so once is not enough, and it may be back.
    func isSilent(_ node: NodeID, now: Duration, pause: Duration) -> Bool {
        silences[node].map { $0.failures > 1 && now < $0.last + pause } ?? false
    }

    /// In clusters of up to so many primaries all of them are asked; in larger ones a few, which take turns.
    static let mostOfAll = 16
    private static let few = 5

    /// How many primaries are asked, of so many.
    static func asked(of primaries: Int) -> Int { primaries > mostOfAll ? few : primaries }

    /// How many primaries must have been heard, of so many.
    static func quorum(of primaries: Int) -> Int { primaries > mostOfAll ? few : primaries / 2 + 1 }
}
