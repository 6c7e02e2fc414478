import ClusterScan
import ClusterScanOperations
import Foundation
import Testing

@Suite("Statistics of a keyspace")
struct KeyspaceStatisticsTests {
    static func node(_ digit: Character) throws -> ClusterNode {
        let id = try #require(NodeID(String(repeating: digit, count: 40)))
        return ClusterNode(id: id, address: NodeAddress(host: "10.0.0.\(digit)", port: 6379))
    }

    private struct Sample {
        let name: [UInt8]
        let type: KeyType
        let memory: UInt64
        let timeToLive: Duration?
        let node: ClusterNode
    }

    private static func samples(_ count: Int, seed: UInt64) throws -> [Sample] {
        var random = SplitMix64(state: seed)
        let nodes = try [node("1"), node("2"), node("3")]
        let types: [KeyType] = [.string, .string, .hash, .sortedSet]
        return (0..<count).map { index in
            Sample(
                name: Array("{user:\(index)}:\(["cart", "profile", "likes"][index % 3])".utf8),
                type: types[index % types.count],
                memory: 50 + UInt64.random(in: 0..<5_000, using: &random),
                timeToLive: index % 5 == 0 ? .seconds(Int.random(in: 1..<1_000_000, using: &random)) : nil,
                node: nodes[index % 3]
            )
        }
    }

    private static func add(_ samples: some Sequence<Sample>, to statistics: inout KeyspaceStatistics) {
        for sample in samples {
            sample.name.withUnsafeBytes { name in
                let isMeasured = statistics.options.sample.includes(name)
                statistics.add(
                    name,
                    KeyObservation(
                        type: sample.type,
                        measurement: isMeasured
                            ? KeyObservation.Measurement(
                                timeToLive: sample.timeToLive,
                                memory: sample.memory,
                                length: sample.memory / 10
                            ) : nil
                    ),
                    at: sample.node
                )
            }
        }
    }

    @Test("counts and sums are exact, by type, node, slot, expiry and pattern")
    func exact() throws {
        let samples = try Self.samples(12_000, seed: 1)
        var statistics = KeyspaceStatistics()
        Self.add(samples, to: &statistics)
        #expect(statistics.total.keys == 12_000)
        #expect(statistics.total.memory == samples.reduce(0) { $0 + $1.memory })
        #expect(statistics.total.memoryError == 0)
        #expect(statistics.types[.string]?.keys == 6_000)
        #expect(
            statistics.types[.hash]?.memory
                == samples.filter { $0.type == .hash }.reduce(0) { $0 + $1.memory }
        )
        #expect(try abs(#require(statistics.total.expiringShare) - 0.2) < 1e-12)
        let withinHour = samples.count {
            $0.timeToLive.map { (.seconds(60)..<(.seconds(3_600))).contains($0) } ?? false
        }
        #expect(statistics.total.measuredKeys(expiring: .withinHour) == UInt64(withinHour))
        #expect(statistics.nodeLoads().map(\.keys.keys) == [4_000, 4_000, 4_000])
        let slots = Dictionary(grouping: samples) { HashSlot(key: $0.name) }
        for slot in SlotSet.all {
            #expect(statistics.load(of: slot).keys == UInt64(slots[slot]?.count ?? 0))
            #expect(statistics.load(of: slot).memory == slots[slot]?.reduce(0) { $0 + $1.memory } ?? 0)
        }
        let hottest = try #require(statistics.hottestSlots(3, by: .memory).first)
        #expect(hottest.memory == slots.values.map { $0.reduce(0) { $0 + $1.memory } }.max())
        let patterns = statistics.patterns(atMost: 10)
        #expect(Set(patterns.map(\.glob)) == ["{user:*}:cart", "{user:*}:profile", "{user:*}:likes"])
        #expect(patterns.allSatisfy { $0.keys.keys == 4_000 })
        let biggest = samples.sorted { ($1.memory, $0.name.description) < ($0.memory, $1.name.description) }
        #expect(statistics.biggest.entries.first?.memory == biggest[0].memory)
        #expect(statistics.biggest.entries.map(\.size) == biggest.prefix(20).map(\.memory))
    }

    @Test(
        "parts that are merged are the same as the whole, also after a way through JSON",
        arguments: [1, 10]
    )
    func merge(oneIn: Int) throws {
        let options = StatisticsOptions(
            sample: try #require(SampleRate(oneIn: Double(oneIn))),
            biggestKeys: 7
        )
        let samples = try Self.samples(6_000, seed: 2)
        var whole = KeyspaceStatistics(options)
        Self.add(samples, to: &whole)
        whole.addVanished(3)
        var parts = [KeyspaceStatistics](repeating: KeyspaceStatistics(options), count: 3)
        for index in parts.indices {
            Self.add(samples.enumerated().filter { $0.offset % 3 == index }.map(\.element), to: &parts[index])
            parts[index].addVanished(1)
        }
        var merged = parts[2]
        for part in parts.prefix(2) {
            let data = try JSONEncoder().encode(part)
            merged.merge(try JSONDecoder().decode(KeyspaceStatistics.self, from: data))
        }
        #expect(merged == whole)
    }

    @Test("a sample counts all keys, and estimates memory within the error it tells", arguments: [1...20])
    func sampled(seeds: ClosedRange<Int>) throws {
        let options = StatisticsOptions(sample: try #require(SampleRate(oneIn: 20)))
        var within = 0
        for seed in seeds {
            let samples = try Self.samples(10_000, seed: UInt64(seed))
            var statistics = KeyspaceStatistics(options)
            Self.add(samples, to: &statistics)
            #expect(statistics.total.keys == 10_000)
            #expect(statistics.types[.hash]?.keys == 2_500)
            #expect((400...600).contains(statistics.total.measured))
            let exact = Double(samples.reduce(0) { $0 + $1.memory })
            let told = Double(try #require(statistics.total.memory))
            if abs(told - exact) <= Double(try #require(statistics.total.memoryError)) { within += 1 }
        }
        // Of 20 samples 19 are expected to be; fewer than 15 would happen once in 10,000 runs.
        #expect(within >= 15)
    }

    @Test("a key that comes twice is one of the biggest only once")
    func twice() throws {
        var statistics = KeyspaceStatistics(StatisticsOptions(biggestKeys: 2))
        let samples = try Self.samples(5, seed: 3)
        Self.add(samples + samples, to: &statistics)
        let sizes = samples.map(\.memory).sorted(by: >)
        #expect(statistics.biggest.entries.map(\.size) == Array(sizes.prefix(2)))
    }
}

@Suite("Sample rate")
struct SampleRateTests {
    @Test("about one name in so many is taken, and always the same", arguments: [1, 2, 10, 1_000])
    func share(oneIn: Int) throws {
        let rate = try #require(SampleRate(oneIn: Double(oneIn)))
        let names = (0..<200_000).map { Array("user:\($0)".utf8) }
        let taken = names.count { $0.withUnsafeBytes(rate.includes) }
        let expected = 200_000.0 / Double(oneIn)
        #expect(abs(Double(taken) - expected) <= 5 * expected.squareRoot() * (oneIn == 1 ? 0 : 1))
        #expect(names.count { $0.withUnsafeBytes(rate.includes) } == taken)
    }

    @Test("less than one in one is no rate")
    func wrong() {
        #expect(SampleRate(oneIn: 0.5) == nil)
        #expect(SampleRate(oneIn: .nan) == nil)
        #expect(SampleRate(oneIn: .infinity) == nil)
        #expect(SampleRate(oneIn: 1.000_000_000_1)?.isAll == true)
    }
}
