import ClusterScan
import Foundation
import TestCluster

/// A network between a client process and the nodes of a cluster, in which one node can disappear: packets to
/// it are dropped and nobody is told.
///
/// Namespaces where the system permits them (as root on Linux); otherwise proxies on loopback that behave the
/// same way at the level of connections.
enum LossyNetwork {
    case namespaces(NetworkNamespaces)
    case stretches([Stretch])

    static func with(
        _ cluster: LocalCluster,
        _ body: (LossyNetwork) async throws -> Void
    ) async throws {
        let spaces: NetworkNamespaces
        do {
            spaces = try await NetworkNamespaces(addresses: cluster.nodes.count)
        } catch {
            print("No network namespaces here, proxies stand in for them: \(error)")
            try await Stretch.between(cluster.nodes) { stretches, _ in try await body(.stretches(stretches)) }
            return
        }
        do {
            try await body(.namespaces(spaces))
        } catch {
            await spaces.remove()
            throw error
        }
        await spaces.remove()
    }

    /// Where the client reaches a node.
    func address(of node: LocalCluster.Node) -> NodeAddress {
        switch self {
        case .namespaces(let spaces): NodeAddress(host: spaces.host(of: node.index), port: node.port)
        case .stretches(let stretches): stretches[node.index].address
        }
    }

    /// Options that tell the client so.
    func options(for nodes: [LocalCluster.Node]) -> [String] {
        nodes.flatMap { node in
            ["--map", "\(AddressMapRule(from: node.nodeAddress, to: address(of: node)))"]
        }
    }

    func cut(_ node: LocalCluster.Node) async throws {
        switch self {
        case .namespaces(let spaces): try await spaces.cut(node.index)
        case .stretches(let stretches): try await stretches[node.index].cut()
        }
    }

    /// Runs `cluster-scan` at the client.
    func run(
        _ arguments: [String],
        environment: [String: String] = [:]
    ) async throws -> ToolProcess.Result {
        switch self {
        case .namespaces(let spaces):
            try await ToolProcess.run(arguments, environment: environment, behind: spaces.atClient)
        case .stretches:
            try await ToolProcess.run(arguments, environment: environment)
        }
    }
}
