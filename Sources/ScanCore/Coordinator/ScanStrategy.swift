/// How the keys of a node are read.
public enum ScanStrategy: String, Hashable, Sendable, CaseIterable {
    /// Chosen for each node: slot snapshots where no key is filtered out or few slots are wanted, `SCAN`
    /// where the server filters by `MATCH` or `TYPE`, for slots too large to read at once, and where
    /// snapshots are not permitted.
    case auto
    /// `SCAN` of the whole node. Keys can come twice when the server rehashes.
    case scan
    /// `CLUSTER GETKEYSINSLOT`, slot by slot, each in one atomic reply: no key comes twice, and nothing
    /// depends on the server's process. Keys that have expired but are not deleted yet may show. `TYPE`
    /// filters and large slots still need `SCAN`.
    case slots
}
