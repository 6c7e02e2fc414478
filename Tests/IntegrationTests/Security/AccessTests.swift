import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Passwords and permissions")
    struct AccessTests {
        private static let names = Set((0..<3_000).map { Array("key:\($0)".utf8) })

        @Test("wrong, missing and right credentials, and users who may do only part of the work")
        func access() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.password = "geheim wie nie"
            try await LocalCluster.with(options) { cluster in
                try await cluster.set(Array(Self.names))
                try await passwords(cluster)
                try await minimalUser(cluster)
                try await missingPermissions(cluster)
            }
        }

        private func passwords(_ cluster: LocalCluster) async throws {
            let right = try await KeyTally(of: cluster.scanner().batches())
            #expect(right.difference(from: Self.names) == nil)

            let wrong = await refusal(by: cluster, user: nil, password: "falsch wie nie")
            #expect(wrong?.code == .authenticationFailed)
            #expect(wrong?.address == cluster.nodes[0].nodeAddress)
            #expect(wrong?.message.contains("refused the password") == true)
            #expect(wrong.map { "\($0)".contains("falsch") } == false, "no secret in an error")

            let none = await refusal(by: cluster, user: nil, password: nil)
            #expect(none?.code == .authenticationFailed)
            #expect(none?.address == cluster.nodes[0].nodeAddress)
            #expect(none?.message.contains("wants a password") == true)
            #expect(none?.message.contains("NOAUTH") == true)

            let stranger = await refusal(by: cluster, user: "nobody", password: "geheim wie nie")
            #expect(stranger?.code == .authenticationFailed)
        }

        /// The commands that reading keys takes, and not one more: no key patterns, no channels.
        private static let minimum = ["info", "cluster|slots", "cluster|nodes", "scan"]
        private static let snapshots = ["cluster|countkeysinslot", "cluster|getkeysinslot"]

        private func minimalUser(_ cluster: LocalCluster) async throws {
            for strategy in ScanStrategy.allCases {
                let commands = Self.minimum + (strategy == .slots ? Self.snapshots : [])
                let scanner = try await scanner(of: cluster, permitting: commands)
                let stream = try await KeyTally(of: scanner.batches(options: ScanOptions(strategy: strategy)))
                #expect(stream.difference(from: Self.names) == nil)
                let pages = try await KeyTally(pagesOf: scanner, options: ScanOptions(strategy: strategy))
                #expect(pages.difference(from: Self.names) == nil)
                let typed = try await KeyTally(of: scanner.batches(match: "*7", type: .string))
                #expect(typed.difference(from: Self.names.filter { $0.last == UInt8(ascii: "7") }) == nil)
                await scanner.shutDown()
            }
            // Neither do snapshots need the one command that they replace.
            let scanner = try await scanner(of: cluster, permitting: Self.minimum.dropLast() + Self.snapshots)
            #expect(try await KeyTally(of: scanner.batches()).difference(from: Self.names) == nil)
        }

        private func missingPermissions(_ cluster: LocalCluster) async throws {
            // Either half of what snapshots take.
            for missing in Self.snapshots {
                let commands = (Self.minimum + Self.snapshots).filter { $0 != missing }
                let scanner = try await scanner(of: cluster, permitting: commands)
                #expect(try await KeyTally(of: scanner.batches()).difference(from: Self.names) == nil)
                #expect(try await KeyTally(pagesOf: scanner).difference(from: Self.names) == nil)
                let error = await #expect(throws: ClusterScanError.self) {
                    try await KeyTally(of: scanner.batches(options: ScanOptions(strategy: .slots)))
                }
                expectDenied(error, naming: missing)
                await scanner.shutDown()
            }
            for missing in Self.minimum {
                let scanner = try await scanner(
                    of: cluster,
                    permitting: Self.minimum.filter { $0 != missing }
                )
                let error = await #expect(throws: ClusterScanError.self) {
                    try await KeyTally(of: scanner.batches())
                }
                expectDenied(error, naming: missing)
                let pageError = await #expect(throws: ClusterScanError.self) {
                    try await KeyTally(pagesOf: scanner)
                }
                expectDenied(pageError, naming: missing)
                await scanner.shutDown()
            }
        }

        private func expectDenied(_ error: ClusterScanError?, naming command: String) {
            #expect(error?.code == .permissionDenied)
            #expect(error?.address != nil)
            #expect(error?.message.contains("'\(command)'") == true, "\(error?.message ?? "no error")")
        }

        private func scanner(of cluster: LocalCluster, permitting commands: [String]) async throws
            -> ClusterScanner
        {
            let rules = ["reset", "on", ">scanning"] + commands.map { "+\($0)" }
            for node in cluster.nodes.indices {
                try await cluster.withConnection(to: node) { connection in
                    _ = try connection.checked(["ACL", "SETUSER", "scanner"] + rules)
                }
            }
            return ClusterScanner(
                seeds: [cluster.nodes[0].nodeAddress],
                connection: ConnectionConfiguration(username: "scanner", password: "scanning")
            )
        }

        private func refusal(by cluster: LocalCluster, user: String?, password: String?) async
            -> ClusterScanError?
        {
            let scanner = ClusterScanner(
                seeds: [cluster.nodes[0].nodeAddress],
                connection: ConnectionConfiguration(username: user, password: password)
            )
            return await #expect(throws: ClusterScanError.self) { try await KeyTally(of: scanner.batches()) }
        }
    }
}
