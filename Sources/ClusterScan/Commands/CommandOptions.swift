/// How commands on keys are sent.
public struct CommandOptions: Sendable {
    /// How long a command is tried again after it first failed, for example because its node is down and no
    /// replica has taken over.
    public var patience: Duration

    /// How many commands may wait for their replies at one node, 1 or more. Fewer wait where replies are
    /// large.
    public var maximumInFlight: Int

    /// Chooses how to send.
    ///
    /// - Parameters:
    ///   - patience: How long a command is tried again after it first failed.
    ///   - maximumInFlight: How many commands may wait for their replies at one node; below 1 counts as 1.
    public init(
        patience: Duration = .seconds(60),
        maximumInFlight: Int = 1000
    ) {
        self.patience = patience
        self.maximumInFlight = max(1, maximumInFlight)
    }
}
