import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Cursors and checkpoints of another cluster")
    struct OtherClusterTests {
        private static let names = (0..<3_000).map { Array("k:\($0)".utf8) }

        private static func cluster(of primaries: Int) -> LocalCluster.Options {
            var options = LocalCluster.Options()
            options.primaries = primaries
            options.replicasPerPrimary = 0
            return options
        }

        /// Command lines of the tool, and what they must come to.
        private struct Trial {
            let tool = Result { try TransferTool() }

            /// The command is stopped after a second of work.
            func stopped(_ line: String, file: String) async throws {
                let outcome = try await tool.get().shell(
                    """
                    $tool \(line) > output & id=$!
                    until [ -e \(file) ]; do sleep 0.1; done
                    sleep 1; kill -INT $id; wait $id
                    """
                )
                #expect(outcome.status == 130, "\(line): \(outcome.messages)")
            }

            func refused(_ line: String, file: String = "output") async throws {
                let before = FileManager.default.contents(atPath: try tool.get().path(file))
                let outcome = try await tool.get().shell("exec $tool \(line)")
                #expect(outcome.status == 65, "\(line): \(outcome.messages)")
                #expect(outcome.messages.contains("another cluster"), "\(line): \(outcome.messages)")
                #expect(outcome.messages.contains("--any-cluster"), "\(line): \(outcome.messages)")
                let after = FileManager.default.contents(atPath: try tool.get().path(file))
                #expect(before != nil && after != nil, "\(line)")
            }

            @discardableResult
            func completed(_ line: String) async throws -> String {
                let outcome = try await tool.get().shell("exec $tool \(line)")
                #expect(outcome.status == 0, "\(line): \(outcome.messages)")
                return outcome.messages
            }
        }

        @Test("are refused by every command that takes one, unless the user insists")
        func source() async throws {
            let trial = Trial()
            try await LocalCluster.with(Self.cluster(of: 1)) { one in
                try await LocalCluster.with(Self.cluster(of: 1)) { other in
                    try await one.set(Self.names)
                    try await other.set(Self.names)
                    let (right, wrong) = (one.nodes[0].address, other.nodes[0].address)
                    for (line, file) in [
                        ("dump URL --output d --resume --max-keys-per-second 800", "d.partial"),
                        ("keys URL --checkpoint k.mark --max-keys-per-second 800", "k.mark"),
                        ("values URL --checkpoint v.mark --max-keys-per-second 800", "v.mark"),
                        ("expire URL --all --ttl 1h --yes --checkpoint e.mark --rate 800", "e.mark"),
                        ("delete URL --all --yes --checkpoint x.mark --rate 800", "x.mark"),
                    ] {
                        let there = line.replacing("URL", with: wrong)
                        try await trial.stopped(line.replacing("URL", with: right), file: file)
                        try await trial.refused(there, file: file)
                        #expect(try await other.keyCount() == Self.names.count)
                        let atOnce = there.replacing(/--(rate|max-keys-per-second) 800/, with: "")
                        try await trial.completed("\(atOnce) --any-cluster")
                    }

                    try await other.set(Self.names)
                    let words = try await trial.completed("keys \(wrong) --limit 500 --cursor 0 --verbose")
                    let cursor = try #require(words.firstMatch(of: /--cursor (\S{30,})/)?.1, "\(words)")
                    try await trial.refused("keys \(right) --cursor \(cursor)")
                    try await trial.refused("split \(right) --parts 2 --cursor \(cursor)")
                    try await trial.completed("split \(wrong) --parts 2 --cursor \(cursor)")
                    try await trial.completed("split \(right) --parts 2 --cursor \(cursor) --any-cluster")
                }
            }
        }

        @Test("a copy goes on to any node of its destination, and to no other cluster at the same address")
        func destination() async throws {
            let trial = Trial()
            var single = LocalCluster.Options()
            single.isStandalone = true
            try await LocalCluster.with(single) { source in
                try await LocalCluster.with(Self.cluster(of: 2)) { destination in
                    try await LocalCluster.with(Self.cluster(of: 1)) { stranger in
                        try await source.set(Self.names)
                        let line = "copy \(source.nodes[0].address) --rate 800 --checkpoint mark --to"
                        try await trial.stopped("\(line) \(destination.nodes[0].address)", file: "mark")
                        // Another cluster answers where the destination's first node did.
                        let (left, taken) = (try destination.connect(to: 0), try stranger.connect(to: 0))
                        try left.checked("CONFIG", "SET", "port", stranger.nodes[0].port + 20_000)
                        try taken.checked("CONFIG", "SET", "port", destination.nodes[0].port)
                        try await trial.refused("\(line) \(destination.nodes[0].address)", file: "mark")
                        #expect(try taken.checked("DBSIZE").integer == 0)

                        try await destination.wait("the second node knows of the new address") {
                            let nodes = try await destination.command(1, "CLUSTER", "NODES").text ?? ""
                            return nodes.contains(":\(stranger.nodes[0].port + 20_000)@")
                        }
                        try await trial.completed("\(line) \(destination.nodes[1].address)")
                        let there = [left, try destination.connect(to: 1)]
                        let count = try there.map { try $0.checked("DBSIZE").integer ?? 0 }.reduce(0, +)
                        #expect(count == Self.names.count)
                    }
                }
            }
        }

        @Test("a copy goes on to another destination if the user insists")
        func insisting() async throws {
            let trial = Trial()
            try await LocalCluster.with(Self.cluster(of: 1)) { source in
                try await LocalCluster.with(Self.cluster(of: 1)) { one in
                    try await LocalCluster.with(Self.cluster(of: 1)) { other in
                        try await source.set(Self.names)
                        let line = "copy \(source.nodes[0].address) --rate 800 --checkpoint mark --to"
                        try await trial.stopped("\(line) \(one.nodes[0].address)", file: "mark")
                        try await trial.refused("\(line) \(other.nodes[0].address)", file: "mark")
                        try await trial.completed("\(line) \(other.nodes[0].address) --any-cluster")
                        let counts = (try await one.keyCount(), try await other.keyCount())
                        #expect(counts.0 + counts.1 >= Self.names.count && counts.0 > 0 && counts.1 > 0)
                    }
                }
            }
        }
    }
}
