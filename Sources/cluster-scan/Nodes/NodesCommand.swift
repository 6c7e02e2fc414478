import ArgumentParser
import ClusterScan

/// `cluster-scan nodes`
struct NodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes",
        abstract: "Show the nodes of a cluster: roles, slots, keys.",
        usage: "cluster-scan nodes [<options>] [<url> ...]",
        discussion: """
            Replicas stand below their primary. KEYS is DBSIZE, which counts the keys of one database, that of \
            the URL or 0, and expired ones that are not deleted yet; the keys of other databases are named below \
            the table. MEMORY is what the data takes; '-' is what a node did not say. LAG is how many bytes of \
            changes a replica is behind its primary. EPOCH is the config epoch: the higher one wins a slot. A \
            column LINK appears when something is wrong with a connection between nodes, VERSION when the \
            nodes do not run the same.

            The command exits with 69 when a slot has no owner, or an owner that did not answer.

            EXAMPLES
              cluster-scan nodes 10.0.0.1:7000
              cluster-scan nodes 10.0.0.1:7000 --format json | jq .unserved_slots
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table
        case json
    }

    @OptionGroup(title: "CLUSTER") var connection: ConnectionOptions

    @Option(help: "How to write it: table or json.")
    var format = Format.table

    func run() async throws {
        let (nodes, databases) = try await connection.withScanner { scanner in
            // What servers do not tell is not shown.
            (try await scanner.nodes(), (try? await scanner.databases()) ?? [:])
        }
        let seeds = try connection.plan().seeds
        let owners = nodes.filter { !$0.slots.isEmpty }
        if !owners.isEmpty, owners.allSatisfy({ !$0.isAnswering }),
            !nodes.contains(where: { $0.address.map(seeds.contains) ?? false })
        {
            let console = Console(RunSettings.log)
            console.warn(
                "the cluster answers, but no node with slots does at the address that is announced for it. "
                    + CommandFailure.announcementAdvice
            )
            await console.finish()
        }
        let table = NodeTable(nodes, keysByDatabase: databases)
        switch format {
        case .table: try StandardOutput.write(table.text(width: Terminal.width(of: .standardOutput)))
        case .json: try StandardOutput.write(table.json.text + "\n")
        }
        if !table.isCovered { throw CommandFailure(.unavailable) }
    }
}
