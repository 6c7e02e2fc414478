import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    /// The ground that all other integration tests stand on.
    @Suite("The local cluster")
    struct LocalClusterTests {
        @Test("a cluster has the nodes asked for, and the loader puts every key where it belongs")
        func loading() async throws {
            var options = LocalCluster.Options()
            options.emptyPrimaries = 1
            options.password = "a \"secret\" \\ pass'word"
            try await LocalCluster.with(options) { cluster in
                #expect(cluster.primaries.map(\.index) == [0, 1, 2, 6])
                #expect(cluster.replicas.map(\.role) == [.replica(of: 0), .replica(of: 1), .replica(of: 2)])

                let keys = SampleKeys(count: 30_000, seed: 7, tagCount: 500, tag: "cart-42")
                try await cluster.load(keys)
                #expect(try await cluster.keyCount() == 30_500)
                #expect(try await cluster.command(6, "DBSIZE") == .integer(0))

                let slot = KeySlot.of(Array("cart-42".utf8))
                let inSlot = keys.count { KeySlot.of($0.name) == slot }
                let owner = slot * 3 / KeySlot.count
                let counted = try await cluster.command(owner, "CLUSTER", "COUNTKEYSINSLOT", slot)
                #expect(counted == .integer(inSlot))
                #expect(inSlot >= 500)

                // Names arrive byte for byte and types are those promised; the odd names are in the sample.
                let sample = keys.enumerated().filter { $0.offset % 50 == 0 }.map(\.element)
                var types = [String?](repeating: nil, count: sample.count)
                for node in 0..<3 {
                    let replies = try await cluster.withConnection(to: node) { connection in
                        try connection.pipeline(sample.map { ["TYPE", $0.name] })
                    }
                    for (index, reply) in replies.enumerated() where reply.text != nil {
                        #expect(types[index] == nil, "two nodes serve one slot")
                        types[index] = reply.text
                    }
                }
                #expect(types == sample.map(\.type.rawValue))
            }
        }

        @Test("the slot of every kind of name is the one that a server computes")
        func slots() async throws {
            var options = LocalCluster.Options()
            options.primaries = 1
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                let names = SampleKeys(count: 2_000).map(\.name) + [[], Array("a{b}{c}".utf8)]
                let replies = try await cluster.withConnection(to: 0) { connection in
                    try connection.pipeline(names.map { ["CLUSTER", "KEYSLOT", $0] })
                }
                #expect(replies == names.map { .integer(KeySlot.of($0)) })
            }
        }

        @Test("a standalone server loads the same keys")
        func standalone() async throws {
            var options = LocalCluster.Options()
            options.isStandalone = true
            try await LocalCluster.with(options) { cluster in
                try await cluster.load(SampleKeys(count: 1_000))
                #expect(try await cluster.keyCount() == 1_000)
            }
        }

        @Test("sample keys are distinct, the same for the same seed, and others for another seed")
        func distinct() {
            let keys = SampleKeys(count: 50_000, seed: 3, tagCount: 100)
            #expect(Set(keys.map(\.name)).count == 50_100)
            #expect(Array(keys) == Array(SampleKeys(count: 50_000, seed: 3, tagCount: 100)))
            #expect(Array(keys) != Array(SampleKeys(count: 50_000, seed: 4, tagCount: 100)))
            let bytes = keys.reduce(0) { $0 + $1.name.count }
            #expect(30..<36 ~= bytes / keys.count)
        }

        @Test("a node can be killed, restarted, paused and resumed, and the cluster agrees again")
        func faults() async throws {
            var options = LocalCluster.Options()
            options.nodeTimeout = .milliseconds(1_500)
            try await LocalCluster.with(options) { cluster in
                let runID = try await Self.runID(of: 0, in: cluster)
                let process = try cluster.processID(of: 0)
                try await cluster.kill(0)
                #expect(throws: TestClusterError.self) { try cluster.connect(to: 0) }
                try await cluster.restart(0)
                try await cluster.waitUntilAgreed()
                #expect(try cluster.processID(of: 0) != process)
                #expect(try await Self.runID(of: 0, in: cluster) != runID)
                #expect(try await cluster.command(0, "CLUSTER", "MYID").text == cluster.nodes[0].id)

                try cluster.pause(4)
                await #expect(throws: TestClusterError.self) {
                    try await cluster.withConnection(to: 4, timeout: .seconds(1)) { try $0.checked("PING") }
                }
                try cluster.resume(4)
                try await cluster.waitUntilAgreed()
                #expect(try await cluster.command(4, "PING") == .status("PONG"))
            }
        }

        @Test("stopping leaves no process and no folder, also when a node is paused")
        func stopping() async throws {
            let cluster = try await LocalCluster.start()
            let processes = try cluster.nodes.map { try cluster.processID(of: $0.index) }
            #expect(processes.allSatisfy(Self.isRunning))
            try cluster.pause(2)
            try await cluster.stop()
            #expect(!processes.contains(where: Self.isRunning))
            #expect(!FileManager.default.fileExists(atPath: cluster.directory))
            for node in cluster.nodes {
                #expect(throws: TestClusterError.self) { try cluster.connect(to: node.index) }
            }
            try await cluster.stop()
        }

        @Test("the servers do not outlive the process that asked for them, even if it is killed")
        func watching() async throws {
            let owner = Process()
            owner.executableURL = URL(filePath: "/bin/sleep")
            owner.arguments = ["600"]
            try owner.run()
            let cluster = try await LocalCluster.start(watching: owner.processIdentifier)
            let processes = try cluster.nodes.map { try cluster.processID(of: $0.index) }
            #expect(processes.allSatisfy(Self.isRunning))
            kill(owner.processIdentifier, SIGKILL)
            for _ in 0..<100 where FileManager.default.fileExists(atPath: cluster.directory) {
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(!FileManager.default.fileExists(atPath: cluster.directory))
            #expect(!processes.contains(where: Self.isRunning))
        }

        @Test("a refused configuration is an error that shows what the server said")
        func refusedConfiguration() async {
            var options = LocalCluster.Options()
            options.configuration = ["no-such-directive 1"]
            await #expect {
                _ = try await LocalCluster.start(options)
            } throws: { error in
                "\(error)".contains("no-such-directive") && "\(error)".contains("stopped again")
            }
        }

        private static func runID(of node: Int, in cluster: LocalCluster) async throws -> String? {
            let info = try await cluster.command(node, "INFO", "server").text
            return info?.split(whereSeparator: \.isNewline).first { $0.hasPrefix("run_id:") }.map(String.init)
        }

        /// A process that only waits for its parent to notice its end still has an entry, but does not run.
        private static func isRunning(_ id: Int32) -> Bool {
            guard kill(id, 0) == 0 else { return false }
            let state = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)
            return state?.contains(") Z ") != true
        }
    }
}
