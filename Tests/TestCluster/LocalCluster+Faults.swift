import Foundation

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

extension LocalCluster {
    /// Ends a node at once, as a crash does. Nothing it held is saved, unless configured otherwise.
    package func kill(_ node: Int) async throws {
        try signal(node, SIGKILL)
        // Not gone before its port is closed: only then does a client see what a crash looks like.
        for _ in 0..<500 {
            guard (try? connect(to: node)) != nil else { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw TestClusterError("\(nodes[node].address) still listens after SIGKILL")
    }

    /// Starts a killed node again: same port, same node id, other run id. From now on it may be of another
    /// version.
    package func restart(_ node: Int, as generation: ServerGeneration? = nil) async throws {
        let server = generation.map { ["--server", $0.rawValue] } ?? []
        _ = try await RepositoryScript.localCluster.runOnOwnThread(
            ["start-node", "--dir", directory, "--node", "\(node)"] + server
        )
    }

    /// Freezes a node: its connections stay open and nothing answers.
    package func pause(_ node: Int) throws {
        try signal(node, SIGSTOP)
    }

    package func resume(_ node: Int) throws {
        try signal(node, SIGCONT)
    }

    /// The process of a node, as recorded when it was last started.
    package func processID(of node: Int) throws -> Int32 {
        let path = "\(directory)/node-\(node)/pid"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        guard let id = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)), id > 1 else {
            throw TestClusterError("\(path) holds no process id: \(text)")
        }
        return id
    }

    private func signal(_ node: Int, _ number: Int32) throws {
        let id = try processID(of: node)
        #if canImport(Darwin)
            let result = Darwin.kill(id, number)
        #else
            let result = Glibc.kill(id, number)
        #endif
        guard result == 0 else {
            let reason = String(cString: strerror(errno))
            throw TestClusterError("\(nodes[node].address): process \(id): \(reason)")
        }
    }
}
