import ClusterScan
import ClusterScanOperations
import Testing
import cluster_scan

/// Names that try to become part of a page.
let hostileNames: [[UInt8]] =
    [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'--></title></svg><b>", "a&amp;b]]>",
        "http://example.org/x", "\u{1B}[31mred", "bidi\u{202E}",
    ].map { Array($0.utf8) } + [[0, 0xFF, 0x3C, 0x62, 0x3E]]

/// Statistics of a keyspace that is always the same.
struct SampleStatistics {
    static func node(_ digit: Character) throws -> ClusterNode {
        let id = try #require(NodeID(String(repeating: digit, count: 40)))
        return ClusterNode(id: id, address: NodeAddress(host: "10.0.0.\(digit)", port: 6379))
    }

    static func statistics(
        _ options: StatisticsOptions = StatisticsOptions(),
        names: [[UInt8]] = hostileNames
    ) throws -> KeyspaceStatistics {
        var statistics = KeyspaceStatistics(options)
        let nodes = try [node("1"), node("2"), node("3")]
        let ordinary = (0..<9_000).map { index in
            Array((index % 3 == 0 ? "user:\(index):profile" : "session:\(index * 7_919 + 100_000)").utf8)
        }
        for (index, name) in (ordinary + names).enumerated() {
            let measurement = KeyObservation.Measurement(
                timeToLive: index % 3 == 1 ? .seconds(index * 40) : nil,
                memory: index < 9_000 ? UInt64(64 + index % 100) : 1 << 20,
                length: UInt64(index)
            )
            name.withUnsafeBytes { bytes in
                statistics.add(
                    bytes,
                    KeyObservation(
                        type: index % 3 == 0 ? .hash : .string,
                        measurement: options.sample.includes(bytes) ? measurement : nil
                    ),
                    at: nodes[index % 7 % 3]
                )
            }
        }
        return statistics
    }

    static func report(
        _ statistics: KeyspaceStatistics,
        ending: StatisticsReport.Ending = .complete
    ) -> StatisticsReport {
        StatisticsReport(
            statistics,
            ending: ending,
            elapsed: .milliseconds(1_234),
            source: "10.0.0.1:6379",
            date: "2026-01-31 23:59 UTC"
        )
    }
}
