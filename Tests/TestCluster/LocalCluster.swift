import Foundation

/// A real cluster of server processes on this machine, for one test or one suite.
///
/// It is stopped by ``stop()``, at the end of ``with(_:_:)``, and at the latest half a second after this
/// process has ended, in whatever way.
package struct LocalCluster: Sendable {
    package struct Options: Sendable {
        package var primaries = 3
        package var replicasPerPrimary = 1
        /// Primaries that own no slots at first.
        package var emptyPrimaries = 0
        /// One server with cluster support disabled; the numbers of nodes do not count then.
        package var isStandalone = false
        package var password: String?
        /// Where the servers listen; `::1` for IPv6.
        package var host: String?
        /// Listens with TLS only, with `ca.pem`, `server.pem` and `server.key`.
        package var certificates: TestCertificates?
        /// How long a node may be silent before the others count it as failed.
        package var nodeTimeout: Duration = .seconds(5)
        /// Which servers: the first for node 0, the next for node 1, the last for all further nodes. Without
        /// any, the one in `PATH`.
        package var servers: [ServerGeneration]
        /// Loaded by every server, which must be of their generation.
        package var modules: [ServerModule] = []
        /// More lines for every server's configuration, such as `"appendonly yes"`.
        package var configuration: [String] = []

        package init(_ servers: ServerGeneration...) { self.servers = servers }
    }

    /// A node with the role it had when the cluster started.
    package struct Node: Sendable, Equatable {
        package enum Role: Sendable, Equatable {
            case primary
            /// With the index of its primary.
            case replica(of: Int)
        }

        package let index: Int
        package let host: String
        package let port: Int
        package let role: Role
        /// 40 hexadecimal digits; `-` for a standalone server.
        package let id: String

        package var address: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    package let nodes: [Node]
    package let directory: String
    package let password: String?
    /// Those that the servers began with, if they listen with TLS only.
    package let certificates: TestCertificates?

    package var primaries: [Node] { nodes.filter { $0.role == .primary } }
    package var replicas: [Node] { nodes.filter { $0.role != .primary } }

    /// Returns when all nodes agree. The servers are killed when the process `watching` ends in whatever way.
    package static func start(
        _ options: Options = Options(),
        watching: Int32 = ProcessInfo.processInfo.processIdentifier
    ) async throws -> LocalCluster {
        var arguments = ["start", "--watch", "\(watching)"]
        if options.isStandalone {
            arguments.append("--standalone")
        } else {
            let milliseconds = Int(options.nodeTimeout / .milliseconds(1))
            arguments += [
                "--primaries", "\(options.primaries)", "--replicas", "\(options.replicasPerPrimary)",
                "--empty-primaries", "\(options.emptyPrimaries)", "--cluster-node-timeout", "\(milliseconds)",
            ]
        }
        arguments += options.password.map { ["--password", $0] } ?? []
        arguments += options.host.map { ["--host", $0] } ?? []
        arguments += options.certificates.map { ["--tls", $0.directory] } ?? []
        arguments += options.servers.flatMap { ["--server", $0.rawValue] }
        for module in options.modules { arguments += ["--option", try await module.configuration()] }
        arguments += options.configuration.flatMap { ["--option", $0] }

        let lines = try await RepositoryScript.localCluster.runOnOwnThread(arguments)
        guard let directory = lines.first?.wholeMatch(of: /dir=(.*)/)?.1 else {
            throw TestClusterError("local-cluster.sh start said: \(lines)")
        }
        let nodes = try lines.dropFirst().map(Node.init(line:))
        return LocalCluster(
            nodes: nodes,
            directory: String(directory),
            password: options.password,
            certificates: options.certificates
        )
    }

    /// Starts a cluster, runs `body` and stops the cluster, also if `body` throws.
    package static func with<Value>(
        _ options: Options = Options(),
        _ body: (LocalCluster) async throws -> Value
    ) async throws -> Value {
        let cluster = try await start(options)
        let result: Value
        do {
            result = try await body(cluster)
        } catch {
            try? await cluster.stop()
            throw error
        }
        try await cluster.stop()
        return result
    }

    /// Kills every node, also paused ones, and removes the folder. Doing so twice is fine.
    package func stop() async throws {
        _ = try await RepositoryScript.localCluster.runOnOwnThread(["stop", "--dir", directory])
    }

    /// Returns when all nodes are up and hold the same view of a cluster that serves all slots.
    package func waitUntilAgreed() async throws {
        _ = try await RepositoryScript.localCluster.runOnOwnThread(["wait", "--dir", directory])
    }

    /// Where a node listens without TLS.
    private func socketPath(of node: Int) -> String { "\(directory)/node-\(node)/socket" }

    /// A blocking connection; for anything long, see ``withConnection(to:timeout:_:)``.
    package func connect(to node: Int, timeout: Duration = .seconds(30)) throws -> RespConnection {
        if certificates != nil {
            return try RespConnection(socket: socketPath(of: node), password: password, timeout: timeout)
        }
        let (host, port) = (nodes[node].host, nodes[node].port)
        return try RespConnection(host: host, port: port, password: password, timeout: timeout)
    }

    /// Runs blocking work with a connection to a node on a thread of its own.
    package func withConnection<Value: Sendable>(
        to node: Int,
        timeout: Duration = .seconds(30),
        _ work: @escaping @Sendable (RespConnection) throws -> Value
    ) async throws -> Value {
        try await onOwnThread { try work(connect(to: node, timeout: timeout)) }
    }

    /// Sends one command to a node over a connection of its own and throws at an error reply.
    @discardableResult
    package func command(_ node: Int, _ command: any RespArgument...) async throws -> RespReply {
        try await withConnection(to: node) { try $0.checked(command) }
    }

    /// Writes the keys to the owners of their slots.
    package func load(_ keys: SampleKeys) async throws {
        let sockets = certificates.map { _ in nodes.map { ($0.port, socketPath(of: $0.index)) } } ?? []
        let loader = SampleKeyLoader(
            host: nodes[0].host,
            port: nodes[0].port,
            password: password,
            sockets: Dictionary(uniqueKeysWithValues: sockets)
        )
        try await onOwnThread { try loader.load(keys) }
        try await waitUntilTablesRest()
    }

    /// Waits until no server moves its keys to a larger table: `SCAN` may return a key twice as long as it
    /// does.
    private func waitUntilTablesRest() async throws {
        for node in nodes.indices {
            for _ in 0..<200 {
                let tables = try await command(node, "DEBUG", "HTSTATS", "0").text ?? ""
                guard tables.contains("rehashing target") else { break }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// How many keys the present primaries hold, those of slots they do not own included.
    package func keyCount() async throws -> Int {
        var count = 0
        for node in nodes.indices {
            let role = try await command(node, "ROLE").array?.first?.text
            if role == "master" {
                count += try await command(node, "DBSIZE").integer ?? 0
            }
        }
        return count
    }
}

extension LocalCluster.Node {
    /// From a line such as `node=3 address=127.0.0.1:14810 role=replica pid=4714 id=… of=0`.
    init(line: String) throws {
        let fields = Dictionary(
            line.split(separator: " ").map { field in
                let parts = field.split(separator: "=", maxSplits: 1)
                return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
            },
            uniquingKeysWith: { first, _ in first }
        )
        let address = fields["address"]?.wholeMatch(of: /\[?([^\]]+?)\]?:(\d+)/)
        guard let index = fields["node"].flatMap({ Int($0) }), let id = fields["id"],
            let host = address?.1, let port = address.flatMap({ Int($0.2) })
        else {
            throw TestClusterError("local-cluster.sh said: \(line)")
        }
        let role: Role
        switch (fields["role"], fields["of"].flatMap({ Int($0) })) {
        case ("primary", _): role = .primary
        case ("replica", let primary?): role = .replica(of: primary)
        default: throw TestClusterError("local-cluster.sh said: \(line)")
        }
        self.init(index: index, host: String(host), port: port, role: role, id: id)
    }
}
