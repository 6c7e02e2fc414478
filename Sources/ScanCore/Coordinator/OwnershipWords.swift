/// R13: what all nodes that were asked in this iteration have said of who owns what.
///
/// Of two primaries that take a slot to be theirs, the one with the higher config epoch has it, and the other
/// one does not know yet. So one word suffices to refuse credit, whichever node it came from.
struct OwnershipWords: Sendable {
    private struct Word: Sendable {
        let epoch: UInt64
        var slots: [ClosedRange<HashSlot>]
        /// The primaries that know of no slots of this node, heard since one was heard that does.
        var deniers: Set<UInt64> = []
    }

    /// What is known of each primary, by the prefix of its id.
    private var words: [UInt64: Word] = [:]
    /// The highest epoch that any node was said to have.
    private(set) var highestEpoch: UInt64 = 0

    /// A node has said who owns what, itself included.
    ///
    /// - Parameters:
    ///   - status: What it says.
    ///   - quorum: So many primaries that know of no slots of a node are believed, against what was said
    ///     before. Otherwise a node that was replaced, and is silent, would be believed for ever.
    /// - Complexity: O(number of primaries), unless their slots changed.
    mutating func heard(_ status: NodeStatus, quorum: Int) {
        highestEpoch = max(highestEpoch, status.highestEpoch ?? 0)
        let own = status.nodeID.prefix
        switch status.role {
        case .primary:
            highestEpoch = max(highestEpoch, status.configEpoch)
            // What it says itself replaces what others said of it.
            if status.configEpoch >= words[own]?.epoch ?? 0 {
                words[own] = Word(epoch: status.configEpoch, slots: Array(status.slots.ranges))
            }
        case .replica:
            words[own] = nil
        }
        if status.role == .primary, status.seesMajority { deny(by: status, quorum: quorum) }
        for (node, epoch) in status.epochs {
            guard let slots = status.others[node] else { continue }
            highestEpoch = max(highestEpoch, epoch)
            guard let known = words[node.prefix], known.epoch >= epoch else {
                words[node.prefix] = Word(epoch: epoch, slots: slots)
                continue
            }
            if !known.deniers.isEmpty { words[node.prefix]?.deniers = [] }
            // Which of two at one epoch is newer is not known.
            guard known.epoch == epoch, known.slots != slots else { continue }
            let union = SlotSet(ranges: known.slots).union(SlotSet(ranges: slots))
            words[node.prefix]?.slots = Array(union.ranges)
        }
    }

    private mutating func deny(by status: NodeStatus, quorum: Int) {
        let own = status.nodeID.prefix
        let owners = Set(status.others.keys.lazy.map(\.prefix))
        // One that knows of no epoch so high has not heard of what was said.
        let known = status.highestEpoch ?? 0
        for (node, word) in words where node != own && word.epoch <= known && !owners.contains(node) {
            words[node]?.deniers.insert(own)
            if let deniers = words[node]?.deniers, deniers.count >= quorum { words[node] = nil }
        }
    }

    /// Those of a node's slots that another node is said to own at the node's epoch or above it, and who is.
    ///
    /// - Complexity: O(number of primaries).
    func contested(_ slots: SlotSet, of owner: UInt64, at epoch: UInt64) -> (slots: SlotSet, by: Set<UInt64>)
    {
        var contested = SlotSet()
        var rivals: Set<UInt64> = []
        for (node, word) in words where node != owner && word.epoch >= epoch {
            let common = slots.intersection(SlotSet(ranges: word.slots))
            guard !common.isEmpty else { continue }
            contested.formUnion(common)
            rivals.insert(node)
        }
        return (contested, rivals)
    }
}
