/// A module with types of its own, for a server of one generation.
package enum ServerModule: String, CaseIterable, Sendable {
    /// `ReJSON-RL`
    case rejson
    /// `MBbloom--`, and other sketches
    case redisbloom
    /// `TSDB-TYPE`
    case redistimeseries
    /// `graphdata`
    case falkordb

    package var generation: ServerGeneration { self == .falkordb ? .redis82 : .redis74 }

    /// The line of a configuration that loads it.
    func configuration() async throws -> String {
        let lines = try await RepositoryScript.servers.runOnOwnThread(["module", rawValue])
        guard let path = lines.first else { throw TestClusterError("servers.sh module \(rawValue): no path") }
        return "loadmodule \"\(path)\""
    }
}
