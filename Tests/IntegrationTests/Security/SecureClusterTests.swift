import ClusterScan
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Clusters that listen with TLS only")
    struct SecureClusterTests {
        private static let sample = SampleKeys(count: 20_000, seed: 71)
        private static let names = Set(sample.map(\.name))

        private static func options(_ strategy: ScanStrategy) -> ScanOptions {
            ScanOptions(count: 100, strategy: strategy, readAheadBytes: 10_000)
        }

        @Test("with certificates on both sides everything works, also when a primary fails over or is killed")
        func mutual() async throws {
            let certificates = try await TestCertificates()
            try await certificates.makeCertificate("client", for: ["DNS:client"])
            let tls = try TransportSecurity(
                trusting: certificates.trust(),
                as: certificates.identity("client")
            )
            let configure = { (options: inout LocalCluster.Options) in
                options.replicasPerPrimary = 1
                options.emptyPrimaries = 1
                options.password = "geheim"
                options.nodeTimeout = .milliseconds(1_500)
            }
            try await LocalCluster.withTLS(certificates, clients: "yes", configure) { cluster in
                try await cluster.load(Self.sample)
                try await cluster.waitForReplicas()
                let scanner = cluster.scanner(tls)
                for strategy in ScanStrategy.allCases {
                    let options = ScanOptions(strategy: strategy)
                    let stream = try await KeyTally(of: scanner.batches(options: options))
                    #expect(stream.difference(from: Self.names) == nil)
                    let pages = try await KeyTally(pagesOf: scanner, options: options)
                    #expect(pages.difference(from: Self.names) == nil)
                }
                let replicas = ScanOptions(readPreference: .preferReplicas)
                let read = try await KeyTally(of: scanner.batches(options: replicas))
                #expect(read.difference(from: Self.names) == nil)

                // A node without slots is in no CLUSTER SLOTS: its address is that of CLUSTER NODES.
                let nodes = try await scanner.nodes()
                #expect(nodes.count == 7)
                #expect(nodes.allSatisfy { $0.keys != nil && $0.version != nil })
                #expect(Set(nodes.compactMap(\.address)) == Set(cluster.nodes.map(\.nodeAddress)))
                #expect(try await scanner.keyCounts().values.reduce(0, +) == Self.names.count)

                try await commandLine(cluster, certificates)
                try await faults(cluster, tls)
                await scanner.shutDown()
            }
        }

        private func commandLine(_ cluster: LocalCluster, _ certificates: TestCertificates) async throws {
            let url = "rediss://\(cluster.nodes[1].address)"
            let options = [
                "--cacert", certificates.certificate("ca"), "--cert", certificates.certificate("client"),
                "--key", certificates.key("client"), url,
            ]
            let auth = ["REDISCLI_AUTH": "geheim"]
            let keys = try await ToolProcess.run(["keys"] + options, environment: auth)
            #expect(keys.status == 0, "\(keys.messages)")
            #expect(Set(keys.lines).count == Self.names.count)
            for command in [["nodes"], ["stats"], ["split", "--parts", "3"], ["slot", "name"]] {
                let result = try await ToolProcess.run(command + options, environment: auth)
                #expect(result.status == 0 && !result.output.isEmpty, "\(command): \(result.messages)")
            }
            // The same from a profile, whose certificates are its own.
            let file = try certificates.write(
                """
                [safe]
                url = \(cluster.nodes[0].address)
                password = geheim
                cacertdir = \(certificates.directory)/roots
                cert = \(certificates.directory)/both.pem
                """,
                to: "config"
            )
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
            let folder = "\(certificates.directory)/roots"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                atPath: certificates.certificate("ca"),
                toPath: "\(folder)/some.pem"
            )
            let parts = try [certificates.certificate("client"), certificates.key("client")].map {
                try String(contentsOfFile: $0, encoding: .utf8)
            }
            try certificates.write(parts.joined(), to: "both.pem")
            let profile = try await ToolProcess.run(
                ["keys", "--profile", "safe"],
                environment: ["CLUSTER_SCAN_CONFIG": file]
            )
            #expect(profile.status == 0, "\(profile.messages)")
            #expect(Set(profile.lines).count == Self.names.count)
            let variables = [
                "REDISCLI_AUTH": "geheim", "CLUSTER_SCAN_URL": url,
                "CLUSTER_SCAN_CACERT": certificates.certificate("ca"),
                "CLUSTER_SCAN_CERT": certificates.certificate("client"),
                "CLUSTER_SCAN_KEY": certificates.key("client"),
            ]
            let environment = try await ToolProcess.run(["nodes"], environment: variables)
            #expect(environment.status == 0, "\(environment.messages)")
        }

        private func faults(_ cluster: LocalCluster, _ tls: TransportSecurity) async throws {
            for (strategy, replica) in [(ScanStrategy.scan, 3), (.slots, 4)] {
                let batches = cluster.scanner(tls).batches(options: Self.options(strategy))
                let primary = cluster.nodes[replica - 3].nodeAddress
                let tally = try await KeyTally(of: batches, afterBatches: 5, from: primary) {
                    try await cluster.promote(replica)
                }
                #expect(tally.difference(from: Self.names, allowingRepeats: true) == nil)
                #expect(try #require(await batches.report).restarts > 0)
            }
            // A crash takes no leave of TLS either.
            try await cluster.waitUntilAgreed()
            try await cluster.waitUntilReplicasFollow()
            let batches = cluster.scanner(tls).batches(options: Self.options(.scan))
            let address = cluster.nodes[2].nodeAddress
            let tally = try await KeyTally(of: batches, afterBatches: 5, from: address) {
                try await cluster.kill(2)
            }
            #expect(tally.difference(from: Self.names, allowingRepeats: true) == nil)
            let report = try #require(await batches.report)
            #expect(report.isComplete && report.retries > 0)
        }

        @Test("certificates for host names alone suffice, also for nodes that have no slots yet")
        func hostnames() async throws {
            let certificates = try await TestCertificates()
            try await certificates.makeCertificate("server", for: ["DNS:localhost"])
            let tls = try TransportSecurity(trusting: certificates.trust())
            try await LocalCluster.withTLS(certificates) {
                $0.emptyPrimaries = 1
            } _: { cluster in
                try await cluster.load(Self.sample)
                for node in cluster.nodes.indices {
                    try await cluster.command(
                        node,
                        "CONFIG",
                        "SET",
                        "cluster-announce-hostname",
                        "localhost",
                        "cluster-preferred-endpoint-type",
                        "hostname"
                    )
                }
                for node in cluster.nodes.indices {
                    try await cluster.wait("node \(node) hears of all names") {
                        let list = try await cluster.command(node, "CLUSTER", "NODES").text ?? ""
                        return list.split(separator: "\n").allSatisfy { $0.contains(",localhost") }
                    }
                }
                let scanner = ClusterScanner(
                    seeds: [NodeAddress(host: "localhost", port: cluster.nodes[0].port)],
                    connection: ConnectionConfiguration(tls: tls)
                )
                let nodes = try await scanner.nodes()
                #expect(nodes.count == 4 && nodes.allSatisfy { $0.version != nil && $0.keys != nil })
                #expect(nodes.allSatisfy { $0.address?.host == "localhost" })

                // A key moves to the node without slots.
                let empty = try #require(cluster.primaries.last?.index)
                let slot = KeySlot.of(try #require(Self.names.first))
                let move = SlotMove(slot: slot, source: try await cluster.owners()[slot], destination: empty)
                try await cluster.begin(move)
                try await cluster.moveKeys(move, atMost: 1)
                for strategy in ScanStrategy.allCases {
                    let options = ScanOptions(strategy: strategy, patience: .seconds(10))
                    let tally = try await KeyTally(of: scanner.batches(options: options))
                    #expect(tally.difference(from: Self.names, allowingRepeats: true) == nil)
                }
                await scanner.shutDown()
            }
        }

        @Test("work and copies go between clusters with TLS and without")
        func copies() async throws {
            let certificates = try await TestCertificates()
            var plain = LocalCluster.Options()
            plain.replicasPerPrimary = 0
            try await LocalCluster.withTLS(certificates) { secure in
                try await LocalCluster.with(plain) { other in
                    try await secure.set((0..<3_000).map { Array("key:\($0)".utf8) })
                    let ca = certificates.certificate("ca")
                    let (here, there) = ("rediss://\(secure.nodes[0].address)", other.nodes[0].address)
                    func run(_ arguments: [String]) async throws {
                        let result = try await ToolProcess.run(arguments)
                        #expect(result.status == 0, "\(arguments): \(result.messages)")
                    }
                    try await run(["copy", here, "--cacert", ca, "--to", there, "--verify"])
                    #expect(try await other.keyCount() == 3_000)
                    try await run(["delete", here, "--cacert", ca, "--match", "key:1*", "--yes"])
                    #expect(try await secure.keyCount() < 3_000)
                    try await run(["copy", there, "--to", here, "--to-cacert", ca, "--verify"])
                    #expect(try await secure.keyCount() == 3_000)
                    let dump = "\(certificates.directory)/all.dump"
                    try await run(["dump", here, "--cacert", ca, "--output", dump])
                    try await run(["delete", here, "--cacert", ca, "--match", "key:*", "--yes"])
                    try await run(["restore", dump, here, "--cacert", ca])
                    #expect(try await secure.keyCount() == 3_000)
                }
            }
        }
    }
}

extension LocalCluster {
    /// Waits until every replica follows its primary again, whichever that is now.
    fileprivate func waitUntilReplicasFollow() async throws {
        for node in nodes.indices where try await command(node, "ROLE").array?.first?.text == "slave" {
            try await wait("\(nodes[node].address) follows") {
                try await command(node, "INFO", "replication").text?.contains("master_link_status:up") == true
            }
        }
    }
}
