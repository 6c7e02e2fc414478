import ClusterScan
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Values")
    struct ValuesTests {
        @Test("every value is written, small and large, with bytes that are no text, each on a line of JSON")
        func everything() async throws {
            let tool = try TransferTool()
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                try await TransferKeys.load(into: cluster)
                let outcome = try await tool.shell("$tool values \(cluster.nodes[0].address)")
                try #require(outcome.status == 0, "\(outcome.messages)")
                let lines = try Lines(outcome.output)
                let names = Set(try await TransferKeys.facts(of: cluster).keys)
                #expect(Set(lines.values.keys) == names)
                #expect(lines.report?["complete"] as? Bool == true)
                #expect(lines.report?["keys"] as? Int == names.count)
                small(lines)
                large(lines)
                try await some(tool, cluster)
            }
        }

        /// The lines of an output by the keys they tell of.
        private struct Lines {
            var values: [[UInt8]: [String: Any]] = [:]
            var report: [String: Any]?

            init(_ output: Data) throws {
                for line in output.split(separator: UInt8(ascii: "\n")) {
                    let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any] ?? [:]
                    if let report = object["report"] as? [String: Any] {
                        self.report = report
                        continue
                    }
                    let name = (object["key"] as? String).map { Array($0.utf8) }
                    let encoded = (object["key_base64"] as? String).flatMap { Data(base64Encoded: $0) }
                    values[try #require(name ?? encoded.map { Array($0) })] = object
                }
            }

            subscript(name: String) -> [String: Any] { values[Array(name.utf8)] ?? [:] }
        }

        private func small(_ lines: Lines) {
            let binary = Data(TransferKeys.binary).base64EncodedString()
            #expect(lines["string"]["value"] as? String == "text")
            #expect(lines["string"]["ttl_ms"] is NSNull)
            #expect(lines[""]["value"] as? String == "empty name")
            #expect(lines["empty"]["value"] as? String == "")
            #expect(lines["number"]["value"] as? String == "12345")
            #expect(lines["utf8"]["value"] as? String == "ключ 🔑 \"\\")
            #expect(lines.values[TransferKeys.binary]?["value_base64"] as? String == binary)
            #expect((3_000_000...3_600_000).contains(lines["expiring"]["ttl_ms"] as? Int ?? 0))
            #expect(
                lines["hash"]["value"] as? [String: String]
                    == [
                        "field": "value", "base64:\(binary)": "base64:\(binary)",
                        "base64:YmFzZTY0Og==": "base64:YmFzZTY0Ong=",
                    ]
            )
            #expect(lines["list"]["value"] as? [String] == ["a", "b", "a", "base64:\(binary)", ""])
            #expect(
                Set(lines["set"]["value"] as? [String] ?? []) == ["m", "base64:\(binary)", ""]
            )
            #expect(lines["zset"]["type"] as? String == "zset")
            let members = lines["zset"]["value"] as? [[String: Any]] ?? []
            let order = members.compactMap { $0["member"] as? String }
            #expect(order == ["base64:\(binary)", "one", "big", "top"])
            #expect(members.first?["score"] as? Double == -2.5 && members.last?["score"] as? String == "inf")
            let entries = lines["stream"]["value"] as? [[String: Any]] ?? []
            #expect(entries.compactMap { $0["id"] as? String } == ["5-1", "5-2"])
            #expect(
                entries.first?["fields"] as? [[String]]
                    == [["f", "1"], ["f", "2"], ["base64:\(binary)", "base64:\(binary)"]]
            )
        }

        private func large(_ lines: Lines) {
            let size = TransferKeys.collectionSize
            let names = (0..<size).map { "member:\($0)" }
            #expect(lines["large:list"]["value"] as? [String] == names)
            #expect(Set(lines["large:set"]["value"] as? [String] ?? []) == Set(names))
            let hash = lines["large:hash"]["value"] as? [String: String] ?? [:]
            #expect(hash.count == size && hash["member:777"] == "value of member:777")
            let members = lines["large:zset"]["value"] as? [[String: Any]] ?? []
            #expect(Set(members.compactMap { $0["member"] as? String }) == Set(names))
            let entries = lines["large:stream"]["value"] as? [[String: Any]] ?? []
            #expect(entries.compactMap { $0["id"] as? String } == (1...10_000).map { "\($0)-1" })
            let text = lines["large:string"]["value_base64"] as? String ?? ""
            #expect(Data(base64Encoded: text) == Data(repeating: 0x41, count: 20_000_000))
        }

        /// One type, a limit, and what is not permitted.
        private func some(_ tool: TransferTool, _ cluster: LocalCluster) async throws {
            let address = cluster.nodes[0].address
            let hashes = try Lines(await tool.shell("$tool values \(address) --type hash").output)
            #expect(Set(hashes.values.keys) == Set(["hash", "large:hash"].map { Array($0.utf8) }))
            let limited = try await tool.shell("$tool values \(address) --limit 3")
            #expect(try Lines(limited.output).values.count == 3)

            for node in cluster.nodes.indices {
                try await cluster.command(
                    node,
                    "ACL",
                    "SETUSER",
                    "reader",
                    "on",
                    ">secret",
                    "~*",
                    "+@all",
                    "-memory"
                )
            }
            // Whether values are small is not known then, and each is read in pieces.
            let line = "--match '[hlz]*' | grep -v report | sort | md5sum"
            let slow = try await tool.shell("$tool values redis://reader:secret@\(address) \(line)")
            let fast = try await tool.shell("$tool values \(address) \(line)")
            #expect(slow.output == fast.output)
            #expect(slow.status == 0, "\(slow.messages)")
            for node in cluster.nodes.indices {
                try await cluster.command(node, "ACL", "SETUSER", "reader", "-get", "-hgetall", "-strlen")
            }
            let refused = try await tool.shell("$tool values redis://reader:secret@\(address)")
            #expect(refused.status == 77, "\(refused.messages)")
        }
    }
}
