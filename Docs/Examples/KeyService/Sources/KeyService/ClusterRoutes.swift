import ClusterScan
import Hummingbird

/// What the service sees of the cluster.
struct ClusterRoutes {
    let scanner: ClusterScanner

    struct Readiness: ResponseEncodable {
        let shards: Int
    }

    /// `GET /ready`: whether a node of the cluster answers, within a second.
    func readiness(_ request: Request, _ context: KeyServiceContext) async throws -> Readiness {
        let scanner = scanner
        do {
            let topology = try await context.channel.whileClientWaits(atMost: .seconds(1)) {
                try await scanner.topology()
            }
            return Readiness(shards: topology.shards.count)
        } catch is DeadlineExceeded {
            throw Problem(
                .serviceUnavailable,
                "unreachable",
                "no node of the cluster answered within a second"
            )
        } catch let error as ClusterScanError {
            throw Problem(.serviceUnavailable, error.code.description, error.description)
        }
    }

    struct Node: ResponseEncodable {
        let id: String
        let address: String?
        let role: String
        let slots: String
        let keys: Int?
    }

    /// `GET /nodes`: every node, with its slots and its number of keys.
    func nodes(_ request: Request, _ context: KeyServiceContext) async throws -> [Node] {
        let scanner = scanner
        do {
            let nodes = try await context.channel.whileClientWaits(atMost: .seconds(5)) {
                try await scanner.nodes()
            }
            return nodes.map { node in
                Node(
                    id: node.id.description,
                    address: node.address?.description,
                    role: node.role.description,
                    slots: node.slots.description,
                    keys: node.keys
                )
            }
        } catch is DeadlineExceeded {
            throw Problem.deadline(nil)
        } catch let error as ClusterScanError {
            throw Problem(error)
        }
    }
}
