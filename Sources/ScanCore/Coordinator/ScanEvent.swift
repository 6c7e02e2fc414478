/// Something worth a log line or a count while an iteration runs.
public enum ScanEvent: Sendable, Hashable {
    /// A node is being read for these slots, with ``ScanStrategy/scan`` or ``ScanStrategy/slots``.
    case laneStarted(ClusterNode, slots: SlotSet, strategy: ScanStrategy)
    /// A walk has ended; these of its slots are covered, those have to be read again.
    case laneEnded(ClusterNode, covered: SlotSet, lost: SlotSet)
    /// A walk is given up because the process, role or slots of its node changed; its slots are read anew.
    case laneRestarted(ClusterNode, slots: SlotSet, reason: String)
    /// The cluster's topology was read.
    case topologyLoaded(shards: Int, servedSlots: SlotSet)
    /// Something failed and is tried again after a pause.
    case retrying(NodeAddress?, reason: String, pause: Duration)
    /// The cluster answers, but none of the addresses that it announces can be reached from here (see
    /// ``ConnectionConfiguration/addressMap``). Attempts go on.
    case announcedAddressesUnreachable([NodeAddress])
    /// From now on a node is asked for about so many keys at a time, because of what a key costs it, or
    /// because others began or ceased to use it.
    case paceChanged(ClusterNode, count: Int, isShared: Bool)
    /// The iteration ends, and nodes hold so many keys of slots that they do not serve: see
    /// ``ScanReport/leftOver``.
    case keysLeftOver([HashSlot: Int])
    /// The server at an address is neither Redis nor Valkey, though it speaks their protocol. It is read as
    /// if it were, but whether its `SCAN` returns every key is up to it.
    case lookAlike(NodeAddress, ServerVersion)
    /// These slots are given up.
    case slotsGivenUp(SlotSet, reason: String)
}
