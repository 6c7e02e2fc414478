/// R13: what all nodes that were asked in this iteration have said of who owns what.
///
/// Of two primaries that take a slot to be theirs, the one with the higher config epoch has it, and the other
/// one does not know yet. So one word suffices to refuse credit, whichever node it came from.
struct OwnershipWords: Sendable {
    private struct Word: Sendable {
        let epoch: UInt64
        var slots: [ClosedRange<HashSlot>]
    }

    /// What is known of each primary, by the prefix of its id.
    private var words: [UInt64: Word] = [:]
    /// The highest epoch that any node was said to have.
    private(set) var highestEpoch: UInt64 = 0

    /// A node has said who owns what, itself included.
    ///
    /// - Complexity: O(number of primaries), unless their slots changed.
    mutating func heard(_ status: NodeStatus) {
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
        for (node, epoch) in status.epochs {
            guard let slots = status.others[node] else { continue }
            highestEpoch = max(highestEpoch, epoch)
            guard let known = words[node.prefix], known.epoch >= epoch else {
                words[node.prefix] = Word(epoch: epoch, slots: slots)
                continue
            }
            // Which of two at one epoch is newer is not known.
            guard known.epoch == epoch, known.slots != slots else { continue }
            let union = SlotSet(ranges: known.slots).union(SlotSet(ranges: slots))
            words[node.prefix]?.slots = Array(union.ranges)
        }
    }

    /// Those of a node's slots that another node is said to own at the node's epoch or above it.
    ///
    /// - Complexity: O(number of primaries).
    func contested(_ slots: SlotSet, of owner: UInt64, at epoch: UInt64) -> SlotSet {
        var contested = SlotSet()
        for (node, word) in words where node != owner && word.epoch >= epoch {
            for range in word.slots { contested.insert(range) }
        }
        return slots.intersection(contested)
    }
}
