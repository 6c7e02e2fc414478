import ClusterScan
import ClusterScanOperations
import Testing
import cluster_scan

@Suite("Statistics as tables")
struct StatisticsTableTests {
    @Test("every line fits 80 columns, and what is piped is plain", arguments: [false, true])
    func plain(usesBlocks: Bool) throws {
        let report = SampleStatistics.report(try SampleStatistics.statistics())
        let text = StatisticsTable(report, layout: .init(usesBlocks: usesBlocks)).text
        for line in text.split(separator: "\n") {
            #expect(line.count <= 80, "\(line)")
        }
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
        #expect(text.contains("#") != usesBlocks)
        #expect(text.hasPrefix("9,008 keys, "))
        #expect(text.contains("user:*:profile"))
        #expect(text.contains("session:*"))
        #expect(text.contains("10.0.0.3:6379"))
        #expect(text.contains("\\x00\\xff<b>"))
    }

    @Test("colours are there only where they are wanted")
    func colors() throws {
        let report = SampleStatistics.report(try SampleStatistics.statistics(names: []))
        #expect(StatisticsTable(report, layout: .init(showsColors: true)).text.contains("\u{1B}[1m"))
        #expect(!StatisticsTable(report, layout: .init(showsColors: false)).text.contains("\u{1B}"))
    }

    @Test("what is incomplete says so first")
    func incomplete() throws {
        let statistics = try SampleStatistics.statistics()
        let stopped = SampleStatistics.report(statistics, ending: .stopped(CommandFailure(.interrupted)))
        #expect(StatisticsTable(stopped).text.hasPrefix("INCOMPLETE: stopped before the end"))
        let slots = try #require(SlotSet("5-7"))
        let uncovered = SampleStatistics.report(statistics, ending: .without(slots))
        #expect(StatisticsTable(uncovered).text.hasPrefix("INCOMPLETE: without 3 slots (5-7)"))
    }

    @Test("a sample says what is an estimate, and nothing at all is no trouble")
    func sampleAndNothing() throws {
        let options = StatisticsOptions(sample: try #require(SampleRate(oneIn: 10)))
        let sampled = StatisticsTable(SampleStatistics.report(try SampleStatistics.statistics(options))).text
        #expect(sampled.hasPrefix("9,008 keys, "))
        #expect(sampled.contains(" ± "))
        #expect(sampled.contains("one in 10."))
        let nothing = StatisticsTable(SampleStatistics.report(KeyspaceStatistics())).text
        #expect(nothing.hasPrefix("0 keys\n"))
    }

    @Test("bars are in proportion, and something is never nothing")
    func bars() {
        let plain = BarText(width: 10, usesBlocks: false)
        #expect(plain.text(1) == "##########")
        #expect(plain.text(0.5) == "#####")
        #expect(plain.text(0.000_1) == "#")
        #expect(plain.text(0) == "")
        #expect(plain.text(nil) == "")
        let blocks = BarText(width: 10, usesBlocks: true)
        #expect(blocks.text(1) == "██████████")
        #expect(blocks.text(0.55) == "█████▌")
        #expect(blocks.text(0.000_1) == "▏")
    }
}

@Suite("Statistics for programs")
struct StatisticsJSONTests {
    @Test("members have the names that are documented, and names are lossless")
    func members() throws {
        let json = SampleStatistics.report(try SampleStatistics.statistics()).json.text
        #expect(json.contains("\"complete\": true"))
        #expect(json.contains("\"keys\": 9008"))
        #expect(json.contains("\"pattern\": \"user:*:profile\""))
        #expect(json.contains("\"key_base64\": \"AP88Yj4=\""))
        #expect(json.contains("\"key\": \"\\u001b[31mred\""))
        for name in [
            "sample_one_in", "memory_bytes", "memory_error_bytes", "measured_keys", "p99", "under_1_hour",
            "biggest_by_memory", "biggest_by_length", "hottest_slots_by_keys", "fullest_node_by_memory",
        ] {
            #expect(json.contains("\"\(name)\""), "\(name)")
        }
    }

    @Test("a part is marked as one")
    func part() throws {
        let report = SampleStatistics.report(
            try SampleStatistics.statistics(),
            ending: .stopped(CommandFailure(.interrupted))
        )
        #expect(report.json.text.contains("\"complete\": false"))
        #expect(report.json.text.contains("\"incomplete_because\": \"stopped"))
    }
}

@Suite("Part of the keys, as an argument")
struct SampleRateArgumentTests {
    @Test(
        "numbers are one key in so many, percentages are shares",
        arguments: [("1", 1), ("100", 100), ("10k", 10_000), ("1%", 100), ("0.1%", 1_000), ("100%", 1)]
    )
    func right(argument: String, oneIn: Double) throws {
        #expect(try abs(#require(SampleRate(argument: argument)).oneIn - oneIn) < 0.001)
    }

    @Test(
        "anything else is refused",
        arguments: ["", "0", "-5", "0%", "101%", "1.5", "%", "x%", "1.%.%", "nan%"]
    )
    func wrong(argument: String) {
        #expect(SampleRate(argument: argument) == nil)
    }
}

@Suite("Treemap")
struct TreemapTests {
    @Test("areas are in proportion, within the frame, and do not overlap")
    func layout() {
        let weights = (1...40).map { 1_000 / Double($0 * $0) }
        let frame = Treemap.Rectangle(x: 0, y: 0, width: 960, height: 340)
        let tiles = Treemap.layout(weights, in: frame)
        #expect(tiles.count == weights.count)
        let scale = 960 * 340 / weights.reduce(0, +)
        for (tile, weight) in zip(tiles, weights) {
            #expect(abs(tile.width * tile.height - weight * scale) < 0.01)
            #expect(tile.x >= -0.001 && tile.y >= -0.001)
            #expect(tile.x + tile.width <= 960.001 && tile.y + tile.height <= 340.001)
        }
        for first in tiles.indices {
            for second in tiles.indices where second > first {
                let (a, b) = (tiles[first], tiles[second])
                let width = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
                let height = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
                #expect(width < 0.001 || height < 0.001)
            }
        }
        #expect(Treemap.layout([], in: frame).isEmpty)
    }
}
