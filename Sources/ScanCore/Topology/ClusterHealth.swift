/// What a node says of the cluster as a whole (`CLUSTER INFO`).
package struct ClusterHealth: Hashable, Sendable {
    /// Whether the node answers clients (`cluster_state:ok`).
    package var isOK: Bool
    /// Slots that some node owns.
    package var assignedSlots: Int
    /// Slots of nodes that have failed (`cluster_slots_fail`).
    package var failedSlots: Int
    /// The highest epoch that the node knows of.
    package var currentEpoch: UInt64

    package init(
        isOK: Bool,
        assignedSlots: Int = HashSlot.count,
        failedSlots: Int = 0,
        currentEpoch: UInt64 = 0
    ) {
        self.isOK = isOK
        self.assignedSlots = assignedSlots
        self.failedSlots = failedSlots
        self.currentEpoch = currentEpoch
    }

    /// Reads the text of `CLUSTER INFO`.
    ///
    /// - Parameter text: The server's answer; anything else gives `nil`.
    package init?(_ text: String) {
        let fields = InfoFields(text)
        guard let state = fields["cluster_state"] else { return nil }
        self.init(
            isOK: state == "ok",
            assignedSlots: fields["cluster_slots_assigned"].flatMap { Int($0) } ?? HashSlot.count,
            failedSlots: fields["cluster_slots_fail"].flatMap { Int($0) } ?? 0,
            currentEpoch: fields["cluster_current_epoch"].flatMap { UInt64($0) } ?? 0
        )
    }

    /// Whether the node refuses clients although every slot has an owner that is up: so it does for some time
    /// after it has started, or come back to the others, because it may have been replaced meanwhile
    /// (clusterUpdateState).
    package var failsWithoutReason: Bool { !isOK && assignedSlots == HashSlot.count && failedSlots == 0 }
}
