/// The fields of `INFO server` that a scan depends on.
package struct ServerInfo: Hashable, Sendable {
    package var runID: RunID
    package var version: ServerVersion
    package var isCluster: Bool
    /// How long the process has run; `nil` if the server does not say so.
    package var uptime: Duration?

    /// Reads the text of `INFO server`.
    ///
    /// - Parameter text: The server's answer.
    /// - Throws: ``TopologyError`` if it has no run id, without which a restarted server cannot be told
    ///   from the one that gave a cursor; or if it does not say whether the server is part of a cluster:
    ///   taken for a single server, a node would be believed to hold everything.
    package init(_ text: String) throws(TopologyError) {
        let fields = InfoFields(text)
        version = ServerVersion(fields)
        isCluster = try Self.isCluster(fields, version)
        guard let runID = fields["run_id"].flatMap({ RunID(String($0)) }) else {
            throw TopologyError(
                Self.subject(version) + " names no run_id (INFO server): a restart in the middle of an "
                    + "iteration could not be noticed, and keys would be missed"
            )
        }
        self.runID = runID
        uptime = fields["uptime_in_seconds"].flatMap { Int($0) }.flatMap { $0 < 0 ? nil : .seconds($0) }
    }

    private static func isCluster(
        _ fields: InfoFields,
        _ version: ServerVersion
    ) throws(TopologyError) -> Bool {
        switch fields["redis_mode"] ?? fields["server_mode"] {
        case "cluster": return true
        case "standalone": return false
        case "sentinel": throw .sentinel
        case .some(let mode):
            throw TopologyError("the server runs in mode \(mode.prefix(40)), which has no keys")
        case nil where fields["RedisMode"] == "proxy":
            throw TopologyError(
                "a proxy answers there (predixy), behind which servers, their cursors and their slots cannot be "
                    + "told apart: name a server behind it"
            )
        case nil:
            throw TopologyError(
                subject(version) + " does not say whether it is part of a cluster (INFO server, redis_mode): "
                    + "is it Redis or Valkey, or a proxy?"
            )
        }
    }

    private static func subject(_ version: ServerVersion) -> String {
        version.product.isLookAlike ? "the server is \(version), which" : "the server"
    }
}

extension TopologyError {
    /// The server watches others, and has no keys.
    package static let sentinel = TopologyError(
        "this is a Sentinel, which has no keys: ask it where the server is (SENTINEL MASTERS), and name that"
    )
}
