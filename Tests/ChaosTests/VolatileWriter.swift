import ClusterScan
import Foundation
import TestCluster

/// Writes and deletes keys that nobody is promised, following redirections as an application does.
struct VolatileWriter {
    private let cluster: ChaosCluster
    private let keys: ChaosKeys
    private var random: SplitMix64
    private var owners = [Int](repeating: 0, count: KeySlot.count)
    private var connections: [Int: RespConnection] = [:]
    private(set) var written = 0
    private(set) var refused = 0

    init(cluster: ChaosCluster, keys: ChaosKeys, random: SplitMix64) {
        self.cluster = cluster
        self.keys = keys
        self.random = random
    }

    /// Blocks until it is over.
    mutating func run(until isOver: () -> Bool) {
        while !isOver() {
            for _ in 0..<10 { writeOne() }
            // About two thousand a second leave the machine to the scan and its faults.
            Thread.sleep(forTimeInterval: 0.005)
        }
    }

    private mutating func writeOne() {
        guard let name = keys.volatileNames.randomElement(using: &random) else { return }
        let command: [any RespArgument] =
            Bool.random(using: &random) ? ["SET", name, "comes and goes"] : ["DEL", name]
        let slot = KeySlot.of(name)
        do {
            for _ in 0..<5 {
                let reply = try send(command, to: owners[slot])
                guard case .error(let message) = reply else {
                    written += 1
                    return
                }
                let words = message.split(separator: " ")
                guard words.count == 3, let node = node(at: words[2]) else { break }
                if words[0] == "MOVED" {
                    owners[slot] = node
                } else if words[0] == "ASK" {
                    _ = try send(["ASKING"], to: node)
                    guard case .error = try send(command, to: node) else {
                        written += 1
                        return
                    }
                    break
                }
            }
        } catch {
            connections[owners[slot]] = nil
            // Whoever answers next tells where the slot is.
            owners[slot] = Int.random(in: 0..<cluster.local.nodes.count, using: &random)
        }
        refused += 1
    }

    private mutating func send(_ command: [any RespArgument], to node: Int) throws -> RespReply {
        let connection = try connections[node] ?? cluster.local.connect(to: node, timeout: .seconds(1))
        connections[node] = nil
        let reply = try connection.call(command)
        connections[node] = connection
        return reply
    }

    private func node(at address: Substring) -> Int? {
        cluster.local.nodes.first { $0.address == address }?.index
    }
}
