import ClusterScan
import ClusterScanOperations
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Statistics")
    struct StatisticsTests {
        private static let giant = Array("giant:<b>".utf8)

        /// A cluster of which all is known.
        private func withKnownKeys(_ body: (LocalCluster, SampleKeys) async throws -> Void) async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                let keys = SampleKeys(count: 20_000, seed: 5, tagCount: 2_000)
                try await cluster.load(keys)
                let owner = try await cluster.owners()[KeySlot.of(Self.giant)]
                try await cluster.command(owner, "SET", Self.giant, String(repeating: "x", count: 3_000_000))
                try await body(cluster, keys)
            }
        }

        private func check(
            _ statistics: KeyspaceStatistics,
            of cluster: LocalCluster,
            _ keys: SampleKeys
        ) async throws {
            #expect(statistics.total.keys == 22_001)
            #expect(statistics.vanished == 0)
            for type in SampleKeys.ValueType.allCases {
                let count = keys.count { $0.type == type } + (type == .string ? 1 : 0)
                #expect(statistics.types[KeyType(rawValue: type.rawValue)]?.keys == UInt64(count), "\(type)")
            }
            let scanner = cluster.scanner()
            let nodes = statistics.nodeLoads(in: try await scanner.topology())
            await scanner.shutDown()
            #expect(nodes.count == 3)
            for node in nodes {
                let index = try #require(cluster.nodes.first { $0.id == node.node.id.description }?.index)
                let held = try await cluster.command(index, "DBSIZE").integer
                #expect(node.keys.keys == UInt64(held ?? -1))
            }
            #expect(SlotSet.all.reduce(0) { $0 + statistics.load(of: $1).keys } == 22_001)
            let hottest = try #require(statistics.hottestSlots(1, by: .keys).first)
            #expect(hottest.slot == HashSlot(key: "{\(keys.tag)}"))
            #expect(hottest.keys >= 2_000)
            let patterns = statistics.patterns(atMost: 30)
            #expect(patterns.first { $0.glob == "{big}:item:*" }?.keys.keys == 2_000)
            #expect(patterns.first { $0.glob == "user:*:profile:public" }?.keys.keys == 4_400)
            #expect(patterns.reduce(0) { $0 + $1.keys.keys } == 22_001)
        }

        @Test("all of a known cluster: types, nodes and slots are exact, and the biggest key is found")
        func full() async throws {
            try await withKnownKeys { cluster, keys in
                let scanner = cluster.scanner()
                let statistics = try await scanner.statistics()
                await scanner.shutDown()
                try await check(statistics, of: cluster, keys)
                let biggest = try #require(statistics.biggest.entries.first)
                #expect(biggest.name == Self.giant)
                #expect(biggest.length == 3_000_000)
                #expect((biggest.memory ?? 0) > 3_000_000)
                #expect(statistics.longest[.string]?.entries.first?.name == Self.giant)
                let expiring = UInt64(keys.count { $0.expires })
                #expect(statistics.total.aged == 22_001)
                let withinDay = statistics.total.measuredKeys(expiring: .withinDay)
                #expect(withinDay + statistics.total.measuredKeys(expiring: .withinWeek) == expiring)
                #expect(statistics.total.measuredKeys(expiring: .never) == 22_001 - expiring)
                #expect(statistics.total.memoryError == 0)

                let sampled = try await sampled(cluster, keys)
                let exact = Double(statistics.total.memory ?? 0) - Double(biggest.memory ?? 0)
                let isGiantMeasured = sampled.biggest.entries.first?.name == Self.giant
                let told = Double(sampled.total.memory ?? 0)
                // The giant, if it is one of the sample, stands for others that do not exist.
                #expect(isGiantMeasured || abs(told - exact) < exact * 0.2)
            }
        }

        private func sampled(_ cluster: LocalCluster, _ keys: SampleKeys) async throws -> KeyspaceStatistics {
            let scanner = cluster.scanner()
            let options = StatisticsOptions(sample: try #require(SampleRate(oneIn: 10)), memorySamples: 0)
            let statistics = try await scanner.statistics(options)
            await scanner.shutDown()
            try await check(statistics, of: cluster, keys)
            #expect((1_900...2_500).contains(statistics.total.measured))
            return statistics
        }

        @Test("parts of the keyspace that are read apart add up to the whole")
        func parts() async throws {
            let cluster = try await QuietCluster.cluster
            let scanner = cluster.scanner()
            let whole = try await scanner.statistics()
            let parts = try await ScanCursor.start.split(
                into: 3,
                query: ScanQuery(),
                topology: scanner.topology(),
                keyCounts: [:]
            )
            var merged = KeyspaceStatistics()
            for part in parts {
                var statistics = KeyspaceStatistics()
                _ = try await scanner.collectStatistics(into: &statistics, from: part)
                merged.merge(statistics)
            }
            await scanner.shutDown()
            #expect(whole.total.keys == UInt64(QuietCluster.keys.count))
            #expect(merged.total.keys == whole.total.keys)
            #expect(merged.total.memory == whole.total.memory)
            #expect(merged.types.mapValues(\.keys) == whole.types.mapValues(\.keys))
            #expect(merged.biggest.entries.map(\.size) == whole.biggest.entries.map(\.size))
        }

        @Test("the command writes a table, JSON and a page, and a stopped one says that it is a part")
        func command() async throws {
            let cluster = try await QuietCluster.cluster
            let seed = cluster.nodes[0].address
            let count = QuietCluster.keys.count
            let page = FileManager.default.temporaryDirectory.appending(path: "stats-\(UUID()).html")
            defer { try? FileManager.default.removeItem(at: page) }
            let table = try await StatsProcess.run([seed, "--sample", "10%", "--html", page.path])
            #expect(table.status == 0)
            #expect(table.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
            #expect(table.output.contains("user:*:profile:public"))
            let written = try String(contentsOf: page, encoding: .utf8)
            #expect(written.hasPrefix("<!DOCTYPE html>") && written.hasSuffix("</html>\n"))

            let json = try await StatsProcess.run([seed, "--format", "json"])
            #expect(json.status == 0)
            let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
            #expect(object?["complete"] as? Bool == true)
            #expect((object?["total"] as? [String: Any])?["keys"] as? Int == count)

            let slow = ["--max-keys-per-second", "4k", "--format", "json"]
            let stopped = try await StatsProcess.run([seed] + slow, interruptedAfter: .seconds(4))
            #expect(stopped.status == 130)
            let part = try JSONSerialization.jsonObject(with: Data(stopped.output.utf8)) as? [String: Any]
            #expect(part?["complete"] as? Bool == false)
            let seen = try #require((part?["total"] as? [String: Any])?["keys"] as? Int)
            #expect(seen < count)
            #expect(stopped.errors.contains("INCOMPLETE"))
        }
    }
}

/// Runs `cluster-scan stats`.
private enum StatsProcess {
    struct Ending: Sendable {
        var status: Int32
        var output: String
        var errors: String
    }

    static func run(_ arguments: [String], interruptedAfter delay: Duration? = nil) async throws -> Ending {
        let executable = try ProbeProcess.productDirectory.appending(path: "cluster-scan")
        return try await onOwnThread {
            let process = Process()
            process.executableURL = executable
            process.arguments = ["stats"] + arguments
            let (output, errors) = (Pipe(), Pipe())
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            process.standardError = errors
            try process.run()
            if let delay {
                Thread.sleep(forTimeInterval: delay / .seconds(1))
                process.interrupt()
            }
            let data = try output.fileHandleForReading.readToEnd() ?? Data()
            let said = try errors.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return Ending(
                status: process.terminationStatus,
                output: String(decoding: data, as: UTF8.self),
                errors: String(decoding: said, as: UTF8.self)
            )
        }
    }
}
