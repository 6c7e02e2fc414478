import ClusterScan
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Split among processes")
    struct SplitTests {
        private static let names = Set((0..<20_000).map { Array("split:\($0)".utf8) })

        private static func load(into cluster: LocalCluster) async throws {
            let scanner = cluster.scanner()
            let commands = names.map { KeyCommand("SET", key: $0, [[0x31]], isRepeatable: true) }
            _ = try await scanner.send(commands)
            await scanner.shutDown()
        }

        private static func parts(_ cluster: LocalCluster, _ count: Int, _ query: String...) async throws
            -> [String]
        {
            let result = try await ToolProcess.run(
                ["split", "--parts", "\(count)", cluster.nodes[0].address] + query
            )
            #expect(result.status == 0, "\(result.messages)")
            #expect(result.lines.count == count)
            return result.lines
        }

        private static func keys(_ cluster: LocalCluster, _ part: String, _ options: String...) async throws
            -> KeyTally
        {
            let result = try await ToolProcess.run(
                ["keys", cluster.nodes[0].address, "--cursor", part] + options
            )
            #expect(result.status == 0, "\(result.messages)")
            var tally = KeyTally()
            for line in result.lines { tally.add(Array(line.utf8)) }
            return tally
        }

        @Test("on a quiet cluster the parts have every key, no two the same one, and about equally many")
        func quiet() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                try await Self.load(into: cluster)
                for count in [1, 2, 7] {
                    var whole = KeyTally()
                    for part in try await Self.parts(cluster, count) {
                        let tally = try await Self.keys(cluster, part)
                        let share = Double(tally.total * count) / Double(Self.names.count)
                        #expect((0.8...1.2).contains(share), "\(tally.total) keys in one of \(count) parts")
                        whole.add(tally)
                    }
                    #expect(whole.difference(from: Self.names) == nil)
                }
                // The query belongs to the cursors.
                var hundreds = KeyTally()
                for part in try await Self.parts(cluster, 3, "--match", "split:1??", "--type", "string") {
                    hundreds.add(
                        try await Self.keys(cluster, part, "--match", "split:1??", "--type", "string")
                    )
                    #expect(
                        try await ToolProcess.run(["keys", cluster.nodes[0].address, "--cursor", part]).status
                            == 65
                    )
                }
                #expect(hundreds.names == Set((100..<200).map { Array("split:\($0)".utf8) }))
                let json = try await ToolProcess.run(
                    ["split", "--parts", "4", "--format", "json", cluster.nodes[0].address]
                )
                #expect(json.lines.count == 4)
                #expect(
                    json.lines.allSatisfy { $0.contains(#""slot_count":"#) && $0.hasPrefix(#"{"part":"#) }
                )
                // A part begins like a whole iteration: no earlier output is missed.
                let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                defer { try? FileManager.default.removeItem(at: folder) }
                let file = try await ToolProcess.run([
                    "keys", cluster.nodes[0].address, "--cursor", try await Self.parts(cluster, 2)[1],
                    "--output", folder.path + "/keys",
                ])
                #expect(file.status == 0)
                #expect(!file.messages.contains("Warning"), "\(file.messages)")
            }
        }

        @Test("while slots move from node to node, the parts together have every key")
        func moving() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                try await Self.load(into: cluster)
                let parts = try await Self.parts(cluster, 5)
                let owners = try await cluster.owners()
                let moves = stride(from: 100, to: 16_384, by: 900).map {
                    SlotMove(slot: $0, source: owners[$0], destination: (owners[$0] + 1) % 3)
                }
                // There and back again, and then no more: what always moves is never covered.
                let resharding = Task {
                    for moves in [moves, moves.map(\.back), moves] {
                        for move in moves {
                            try await cluster.begin(move)
                            try await cluster.moveKeys(move, atMost: 1)
                            try await cluster.moveKeys(move)
                            try await cluster.end(move)
                        }
                        try await cluster.waitUntilAgreed()
                    }
                }
                var whole = KeyTally()
                for (index, part) in parts.enumerated() {
                    // Slow enough for slots to move in the midst of each part, and both ways of reading.
                    let strategy = index.isMultiple(of: 2) ? "scan" : "slots"
                    whole.add(
                        try await Self.keys(
                            cluster,
                            part,
                            "--strategy",
                            strategy,
                            "--count",
                            "50",
                            "--max-calls-per-second",
                            "100"
                        )
                    )
                }
                try await resharding.value
                #expect(whole.difference(from: Self.names, allowingRepeats: true) == nil)
            }
        }
    }
}

extension SlotMove {
    fileprivate var back: SlotMove { SlotMove(slot: slot, source: destination, destination: source) }
}
