import ClusterScan

/// The names that iterations returned, and how often.
struct KeyTally: Sendable {
    private var counts: [[UInt8]: Int] = [:]
    /// How many were returned, repetitions included.
    private(set) var total = 0

    var names: Set<[UInt8]> { Set(counts.keys) }

    mutating func add(_ name: [UInt8]) {
        counts[name, default: 0] += 1
        total += 1
    }

    mutating func add(_ keys: KeyBatch) {
        keys.forEachKey { add([UInt8]($0)) }
    }

    mutating func add(_ other: KeyTally) {
        counts.merge(other.counts, uniquingKeysWith: +)
        total += other.total
    }

    /// How the names differ from those expected, in words short enough for a test's message; nil if they are
    /// the same. Names may come more than once only where that is allowed.
    func difference(from expected: Set<[UInt8]>, allowingRepeats repeats: Bool = false) -> String? {
        var parts: [String] = []
        func note(_ what: String, _ names: [[UInt8]]) {
            guard !names.isEmpty else { return }
            let examples = names.prefix(3).map {
                String(decoding: $0.prefix(80), as: UTF8.self).debugDescription
            }
            parts.append("\(names.count) \(what), such as \(examples.joined(separator: " "))")
        }
        note("missing", expected.filter { counts[$0] == nil })
        note("unexpected", counts.keys.filter { !expected.contains($0) })
        if !repeats { note("returned again", counts.filter { $0.value > 1 }.map(\.key)) }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }
}
