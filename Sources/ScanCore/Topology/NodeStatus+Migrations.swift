extension NodeStatus {
    /// Slots of which this node, the destination of their migration, says that it has nothing of them: it
    /// sees them at their source, and no mark lets clients in. A source may still be marked for them after a
    /// reshard that was broken off; what it holds is then all there is.
    ///
    /// Had this node taken them over meanwhile, it would see them at itself, or at the node that it gave them
    /// to, or the source would have a higher epoch.
    ///
    /// - Parameter source: What the source says.
    /// - Returns: These slots, and maybe others that are not on their way here.
    func disownedSlots(of source: NodeStatus) -> SlotSet {
        // R12: a replica of the source has what the source has, and no other replica says anything of slots.
        if role == .replica(of: source.nodeID) { return source.slots }
        guard role == .primary, seesMajority else { return SlotSet() }
        return SlotSet(ranges: others[source.nodeID] ?? []).subtracting(slots).subtracting(importedSlots)
    }

    /// Slots on their way from here to the node with this id prefix.
    func migratingSlots(to destination: UInt64) -> SlotSet {
        migrating.reduce(into: SlotSet()) { slots, mark in
            if self.destination(mark.value).prefix == destination { slots.insert(mark.key) }
        }
    }

    /// Where slots go from here. R12: marks outlive a failover, so that a mark may name a node that follows
    /// the one that goes on.
    var destinations: Set<NodeID> { Set(migrating.values.map(destination)) }

    private func destination(_ mark: NodeID) -> NodeID {
        // One that follows this very node is asked itself.
        successors[mark].flatMap { $0 == nodeID ? nil : $0 } ?? mark
    }

    /// Slots on their way here. R12: whatever node a mark names, a server lets in who is sent on (`ASK`) for
    /// any slot that is marked.
    var importedSlots: SlotSet {
        guard role == .primary, seesMajority else { return SlotSet() }
        return importing.keys.reduce(into: SlotSet()) { slots, slot in slots.insert(slot) }
    }
}
