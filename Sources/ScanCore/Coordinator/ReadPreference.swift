/// Which nodes of a shard an iteration reads.
public enum ReadPreference: String, Hashable, Sendable, CaseIterable {
    /// Primaries only: the full promise.
    case primaries
    /// A replica where one answers, else the primary. Takes the load off primaries; keys that a replica has
    /// not received yet are missed.
    case preferReplicas
}
