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
        var runID: RunID?
        var mode: Substring?
        for line in text.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...]
            switch line[..<colon] {
            case "run_id": runID = RunID(String(value))
            case "redis_mode", "server_mode": mode = value
            case "uptime_in_seconds": uptime = Int(value).flatMap { $0 < 0 ? nil : .seconds($0) }
            default: break
            }
        }
        guard let runID else {
            throw TopologyError("INFO server names no run_id")
        }
        self.runID = runID
        version = ServerVersion(information: text) ?? ServerVersion(.redis, 0, 0)
        switch mode {
        case "cluster": isCluster = true
        case "standalone": isCluster = false
        case .some(let mode):
            throw TopologyError("the server runs in mode \(mode.prefix(40)), which has no keys")
        case nil: throw TopologyError("INFO server does not say whether the server is part of a cluster")
        }
    }
}
