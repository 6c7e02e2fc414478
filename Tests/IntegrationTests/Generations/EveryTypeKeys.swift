import TestCluster

/// A few keys of every type that a generation knows, in every encoding that it has for small and larger
/// values, with and without expiry.
enum EveryTypeKeys {
    static let binary: [UInt8] = [0, 0xFF, 0x0D, 0x0A, 0xC3, 0x28, 0x22]

    /// Writes the keys. Types that `other` does not know are left out.
    static func load(
        into cluster: LocalCluster,
        of generation: ServerGeneration,
        for other: ServerGeneration? = nil
    ) async throws {
        func both(_ have: KeyPath<ServerGeneration, Bool>) -> Bool {
            generation[keyPath: have] && other?[keyPath: have] ?? true
        }
        let all =
            plain + (both(\.hasFieldExpiries) ? fieldExpiries : [])
            + (both(\.hasVectorSets) ? vectorSets : [])
        let owners = try await cluster.owners()
        let byOwner = Dictionary(grouping: all) { owners[KeySlot.of(key(of: $0).respBytes)] }
        for (owner, commands) in byOwner {
            try await cluster.withConnection(to: owner) { connection in
                for command in commands { try connection.checked(command) }
            }
        }
    }

    private static func key(of command: [any RespArgument]) -> any RespArgument {
        switch String(decoding: command[0].respBytes, as: UTF8.self) {
        case "XGROUP": command[2]
        case "XREADGROUP": command[command.count - 2]
        default: command[1]
        }
    }

    private static let plain: [[any RespArgument]] = {
        let names = (0..<600).map { "member:\($0)" }
        return [
            ["SET", "string", "text"], ["SET", binary, binary], ["SET", "empty", ""],
            ["SET", "number", 12_345],
            ["SET", "expiring", "later", "PX", 3_600_000], ["SETRANGE", "long", 100_000, "end"],
            ["RPUSH", "list", "a", "b", "a", binary, ""], ["RPUSH", "list:long"] + names,
            ["SADD", "set", "m", binary, ""], ["SADD", "set:numbers", 1, 2, 3], ["SADD", "set:long"] + names,
            ["HSET", "hash", "field", "value", binary, binary],
            ["HSET", "hash:long"] + names.flatMap { [$0, $0] },
            ["PEXPIRE", "hash:long", 7_200_000],
            [
                "ZADD", "zset", "0.1", "tenth", "-2.5", binary, "inf", "top", "1e300", "large", "3", "three",
                "-0.0", "no",
            ],
            ["ZADD", "zset:long"] + names.enumerated().flatMap { ["\(Double($0) / 7)", $1] },
            ["XADD", "stream", "5-1", "f", "1", "f", "2", binary, binary],
            ["XADD", "stream", "5-2", "g", "x"],
            ["XADD", "stream", "6-0", "g", "y"], ["XGROUP", "CREATE", "stream", "group", "0"],
            ["XREADGROUP", "GROUP", "group", "one", "COUNT", 2, "STREAMS", "stream", ">"],
            ["PFADD", "hll", "a", "b"], ["SETBIT", "bits", 70_000, 1],
            ["GEOADD", "places", "13.361389", "38.115556", "Palermo", "15.087269", "37.502669", "Catania"],
        ]
    }()

    private static let fieldExpiries: [[any RespArgument]] = [
        ["HSET", "hash:fields", "stays", "1", "goes", "2"],
        ["HEXPIREAT", "hash:fields", 4_102_444_800, "FIELDS", 1, "goes"],
    ]

    private static let vectorSets: [[any RespArgument]] = [
        ["VADD", "vectors", "VALUES", 3, "1", "2", "3", "first"],
        ["VADD", "vectors", "VALUES", 3, "-1", "0.5", "0.25", "second", "SETATTR", #"{"year":1999}"#],
    ]
}
