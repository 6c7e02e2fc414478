import ClusterScan
import ClusterScanOperations

/// Statistics for programs. `Docs/Statistics.md` says what each member means.
extension StatisticsReport {
    package var json: JSONText {
        let total = statistics.total
        return .object([
            ("complete", .bool(isComplete)),
            ("incomplete_because", JSONText(complaint)),
            ("source", .string(source)),
            ("date", .string(date)),
            ("seconds", .string(NumberText.fixed(elapsed / .seconds(1), decimals: 3))),
            ("sample_one_in", .string(NumberText.fixed(statistics.options.sample.oneIn, decimals: 3))),
            ("memory_samples", JSONText(statistics.options.memorySamples)),
            ("vanished_keys", Self.number(statistics.vanished)),
            ("memory_refused", JSONText(statistics.memoryRefusal)),
            ("total", .object(Self.members(of: total))),
            (
                "types",
                .array(types.map { .object([("type", .string($0.name))] + Self.members(of: $0.keys)) })
            ),
            ("patterns", .array(patterns.map(Self.json))),
            ("biggest_by_memory", .array(statistics.biggest.entries.prefix(top).map(Self.json))),
            ("biggest_by_length", .array(longest)),
            ("hottest_slots_by_keys", .array(hottestByKeys.map(Self.json))),
            ("hottest_slots_by_memory", .array(hottestByMemory.map(Self.json))),
            ("nodes", .array(nodes.map(Self.json))),
            ("balance", balanceRatios),
        ])
    }

    private static func number(_ value: UInt64) -> JSONText { .number(Int(clamping: value)) }

    private static func number(_ value: UInt64?) -> JSONText { value.map { number($0) } ?? .null }

    private static func members(of group: KeyGroup) -> [(name: String, value: JSONText)] {
        let expiry = ExpiryClass.allCases.map { expiryClass in
            (name: expiryClass.jsonName, value: number(group.measuredKeys(expiring: expiryClass)))
        }
        func quantile(_ share: Double) -> JSONText { number(group.memoryQuantile(share)) }
        return [
            ("keys", number(group.keys)),
            ("memory_bytes", number(group.memory)),
            ("memory_error_bytes", number(group.memoryError)),
            ("measured_keys", number(group.measured)),
            ("measured_memory_bytes", number(group.measuredMemory)),
            (
                "memory_per_key_bytes",
                group.measured == 0
                    ? .null
                    : .object([
                        ("mean", number(group.meanMemory.map { UInt64($0.rounded()) })),
                        ("p50", quantile(0.5)), ("p90", quantile(0.9)), ("p99", quantile(0.99)),
                        ("max", number(group.largest)),
                    ])
            ),
            ("expiry_measured_keys", number(group.aged)),
            ("expiry", .object(expiry)),
        ]
    }

    private static func json(_ pattern: KeyspaceStatistics.Pattern) -> JSONText {
        let types = pattern.types.sorted {
            $0.value != $1.value ? $0.value > $1.value : $0.key.rawValue < $1.key.rawValue
        }
        return .object(
            [
                ("pattern", JSONText(pattern.glob)),
                ("types", .object(types.map { ($0.key.rawValue, number($0.value)) })),
            ] + members(of: pattern.keys)
        )
    }

    private static func json(_ entry: BiggestKeys.Entry) -> JSONText {
        .object([
            JSONText.member("key", entry.name),
            ("type", .string(entry.type.rawValue)),
            ("slot", .number(Int(HashSlot(key: entry.name).rawValue))),
            ("memory_bytes", number(entry.memory)),
            ("length", number(entry.length)),
            ("milliseconds_to_live", JSONText(entry.millisecondsToLive.map { Int($0) })),
        ])
    }

    private var longest: [JSONText] {
        types.flatMap { type in
            (statistics.longest[KeyType(rawValue: type.name)]?.entries ?? []).prefix(top).map(Self.json)
        }
    }

    private static func json(_ load: KeyspaceStatistics.SlotLoad) -> JSONText {
        .object([
            ("slot", .number(Int(load.slot.rawValue))),
            ("keys", number(load.keys)),
            ("memory_bytes", number(load.memory)),
        ])
    }

    private static func json(_ node: KeyspaceStatistics.NodeLoad) -> JSONText {
        .object(
            [
                ("id", .string(node.node.id.description)),
                ("address", .string(node.node.address.description)),
                ("slot_count", .number(node.slots.count)),
                ("slots", .string(node.slots.description)),
            ] + members(of: node.keys)
        )
    }

    private var balanceRatios: JSONText {
        func text(_ value: Double?) -> JSONText {
            JSONText(value.map { NumberText.fixed($0, decimals: 4) })
        }
        return .object([
            ("fullest_node_by_keys", text(imbalance { Double($0.keys.keys) })),
            ("fullest_node_by_memory", text(imbalance { Double($0.keys.memory ?? 0) })),
            ("fullest_node_by_slots", text(imbalance { Double($0.slots.count) })),
        ])
    }
}

extension ExpiryClass {
    fileprivate var jsonName: String {
        switch self {
        case .never: "never"
        case .withinMinute: "under_1_minute"
        case .withinHour: "under_1_hour"
        case .withinDay: "under_1_day"
        case .withinWeek: "under_7_days"
        case .withinMonth: "under_30_days"
        case .withinYear: "under_365_days"
        case .later: "later"
        }
    }
}
