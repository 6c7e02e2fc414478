import ClusterScan
import ClusterScanOperations
import Testing

@Suite("Patterns found in a keyspace")
struct PatternTreeTests {
    private static func statistics(_ names: some Sequence<[UInt8]>) throws -> KeyspaceStatistics {
        let node = try KeyspaceStatisticsTests.node("1")
        var statistics = KeyspaceStatistics()
        let measurement = KeyObservation.Measurement(timeToLive: nil, memory: 100, length: 1)
        for name in names {
            name.withUnsafeBytes {
                statistics.add($0, KeyObservation(type: .string, measurement: measurement), at: node)
            }
        }
        return statistics
    }

    private static func expectWhole(
        _ patterns: [KeyspaceStatistics.Pattern],
        of statistics: KeyspaceStatistics
    ) {
        #expect(patterns.reduce(0) { $0 + $1.keys.keys } == statistics.total.keys)
        #expect(patterns.reduce(0) { $0 + ($1.keys.memory ?? 0) } == statistics.total.memory)
    }

    private static func shuffled(_ names: [String], seed: UInt64) -> [[UInt8]] {
        var random = SplitMix64(state: seed)
        return names.shuffled(using: &random).map { Array($0.utf8) }
    }

    private static let syllables = ["ka", "lo", "mi", "ne", "ru", "sa", "to", "vi", "xe", "zu"]

    /// Words without digits, so that only their number tells that they vary.
    private static func word(_ number: Int) -> String {
        var rest = number
        var word = ""
        repeat {
            word += syllables[rest % 10]
            rest /= 10
        } while rest > 0
        return word
    }

    @Test("sessions, numbered users and hash tags are found with their numbers")
    func realistic() throws {
        var random = SplitMix64(state: 1)
        var names: [String] = []
        for index in 0..<3_000 {
            let high = String(random.next() | 1 << 63, radix: 16)
            let low = String(random.next() | 1 << 63, radix: 16)
            let uuid =
                "\(high.prefix(8))-\(high.dropFirst(8).prefix(4))-\(high.suffix(4))-\(low.prefix(4))-\(low.suffix(12))"
            names.append("session:\(uuid)")
            names.append("user:\(index):profile")
            names.append("{user:\(index)}:cart")
            if index % 10 == 0 { names.append("lock:\(Self.word(index))") }
        }
        names += ["config:flags", "config:limits"]
        let statistics = try Self.statistics(Self.shuffled(names, seed: 2))
        let patterns = statistics.patterns(atMost: 20)
        let counts = Dictionary(uniqueKeysWithValues: patterns.map { ($0.glob ?? "", $0.keys.keys) })
        #expect(
            counts == [
                "session:*": 3_000, "user:*:profile": 3_000, "{user:*}:cart": 3_000, "lock:*": 300,
                "config:flags": 1, "config:limits": 1,
            ]
        )
        Self.expectWhole(patterns, of: statistics)
    }

    @Test("names of users vary although each is a word, also where there are few")
    func words() throws {
        let names = (0..<60).flatMap { user in
            ["cart", "profile"].flatMap { what in
                (0..<5).map { "user:\(Self.word(user + 7)):\(what):\($0)" }
            }
        }
        let patterns = try Self.statistics(Self.shuffled(names, seed: 3)).patterns(atMost: 20)
        #expect(Set(patterns.map(\.glob)) == ["user:*:cart:*", "user:*:profile:*"])
        #expect(patterns.allSatisfy { $0.keys.keys == 300 })
    }

    @Test("prefixes with many keys each are no ids, however many there are")
    func prefixes() throws {
        let names = (0..<100).flatMap { prefix in (0..<50).map { "\(Self.word(prefix)):\($0)" } }
        let statistics = try Self.statistics(Self.shuffled(names, seed: 4))
        #expect(statistics.patterns(atMost: 200).count == 100)
        let few = statistics.patterns(atMost: 30)
        #expect(few.count == 31)
        #expect(few.last?.glob == nil)
        #expect(few.last?.keys.keys == 70 * 50)
        Self.expectWhole(few, of: statistics)
    }

    @Test("100,000 different prefixes stay bounded, and what is frequent stays visible")
    func bounded() throws {
        let rare = (0..<100_000).map { "\(Self.word($0 + 100_000)):\(Self.word($0 * 7 + 10)):x" }
        let frequent = (0..<20_000).map { "order:\($0):state" }
        let statistics = try Self.statistics(Self.shuffled(rare + frequent, seed: 5))
        #expect(statistics.patternNodes <= PatternTree.maximumNodes)
        let patterns = statistics.patterns(atMost: 20)
        #expect(patterns.count <= 21)
        #expect(patterns.first { $0.glob == "order:*:state" }?.keys.keys == 20_000)
        Self.expectWhole(patterns, of: statistics)
    }

    @Test("names of hostile shapes stay bounded", arguments: [6, 7] as [UInt64])
    func hostile(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let alphabet = Array("ab:/|#{}.-_*?[\\".utf8) + [0, 0xFF, 0xC3, 0xA9]
        let names = (0..<60_000).map { _ in random.bytes(from: alphabet, count: 0...80) }
        let statistics = try Self.statistics(names)
        #expect(statistics.patternNodes <= PatternTree.maximumNodes)
        Self.expectWhole(statistics.patterns(atMost: 15), of: statistics)
    }

    @Test("trees that are full merge into one that is not too large, and lose nothing")
    func merge() throws {
        let parts = try (0..<4).map { part in
            try Self.statistics((0..<9_000).map { Array("\(Self.word($0 * 4 + part)):end".utf8) })
        }
        var merged = parts[0]
        for part in parts.dropFirst() { merged.merge(part) }
        #expect(merged.total.keys == 36_000)
        #expect(merged.patternNodes <= PatternTree.maximumNodes)
        Self.expectWhole(merged.patterns(atMost: 10), of: merged)
    }

}
