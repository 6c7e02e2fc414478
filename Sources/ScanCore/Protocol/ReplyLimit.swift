/// How much memory a reply may take, by what was asked for. `Docs/HostileInput.md` has the calculation.
package enum ReplyLimit: Sendable {
    /// Keys and values: as much as `maximumReplyBytes` says.
    case data
    /// What a node tells of itself and of the cluster.
    case control
    /// What is said before anything else.
    case greeting

    /// In bytes, as the parser counts: bytes of strings, and 16 for every value.
    package var bytes: Int {
        switch self {
        case .data: .max
        // The most scattered cluster, every slot a range of its own with a primary and five replicas that
        // have host names, takes 24 MiB of CLUSTER SLOTS.
        case .control: 32 << 20
        // One line of 64 KiB at most, in answer to each of three commands.
        case .greeting: 256 << 10
        }
    }
}
