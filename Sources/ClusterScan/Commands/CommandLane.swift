import DequeModule

/// What a router knows of one node: the commands that wait for it, and what is under way to it.
struct CommandLane: Sendable {
    enum Link: Sendable { case closed, opening, open }

    /// The node answers, but does no work for anyone.
    struct Refusal: Sendable {
        var attempts = 0
        let since: Duration
        /// Until when it is left alone; then one command finds out whether it works again.
        var end = Duration.zero
    }

    let address: NodeAddress
    var link = Link.closed
    var queue: Deque<CommandBurst.Entry> = []
    var window: PipelineWindow
    var refusal: Refusal?
    /// Whether the router has the lane in its list of those that may have something to do.
    var isReady = false
    /// The last connection was closed over a reply that was too large: the commands behind it did nothing
    /// wrong, and neither did the node.
    var lostToLargeReply = false

    init(address: NodeAddress, maximumInFlight: Int) {
        self.address = address
        window = PipelineWindow(maximumCommands: maximumInFlight)
    }
}
