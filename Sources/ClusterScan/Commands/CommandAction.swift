/// What a ``CommandRouter`` wants done. Each is answered by an event.
package enum CommandAction: Sendable {
    /// Connect to the node of a lane: ``CommandRouter/connected(lane:)`` or
    /// ``CommandRouter/connectionFailed(lane:_:now:)``.
    case connect(lane: Int, NodeAddress)
    /// Write commands; each of them is answered, lost or handed back as not written.
    case write(CommandBurst)
    /// Read the topology again: ``CommandRouter/topologyLoaded(_:)`` or
    /// ``CommandRouter/topologyFailed(now:)``.
    case loadTopology
}
