import TestCluster

/// Keys of every type with content of every kind, written to the owners of their slots, and what servers say
/// of keys.
enum TransferKeys {
    static let binary: [UInt8] = [0, 0xFF, 0x0D, 0x0A, 0xC3, 0x28, 0x22]
    static let collectionSize = 100_000

    static func load(into cluster: LocalCluster, large: Bool = true) async throws {
        let owners = try await cluster.owners()
        for node in Set(owners) {
            let commands = (small + (large ? self.large : [])).filter { command in
                owners[KeySlot.of(key(of: command).respBytes)] == node
            }
            try await cluster.withConnection(to: node) { connection in
                for command in commands { try connection.checked(command) }
            }
        }
    }

    private static func key(of command: [any RespArgument]) -> any RespArgument {
        command[0].respBytes == "XGROUP".respBytes ? command[2] : command[1]
    }

    private static var small: [[any RespArgument]] {
        [
            ["SET", "string", "text"], ["SET", binary, binary], ["SET", "", "empty name"],
            ["SET", "empty", ""], ["SET", "number", 12_345], ["SET", "utf8", "ключ 🔑 \"\\"],
            ["SET", "expiring", "soon", "PX", 3_600_000],
            ["HSET", "hash", "field", "value", binary, binary, "base64:", "base64:x"],
            ["RPUSH", "list", "a", "b", "a", binary, ""],
            ["SADD", "set", "m", binary, ""], ["SADD", "ints", 1, 2, 3],
            ["ZADD", "zset", "1", "one", "-2.5", binary, "inf", "top", "1e300", "big"],
            ["XADD", "stream", "5-1", "f", "1", "f", "2", binary, binary],
            ["XADD", "stream", "5-2", "g", "x"],
            ["XGROUP", "CREATE", "stream", "group", "0"],
            ["PFADD", "hll", "a", "b"], ["SETBIT", "bits", 70_000, 1],
        ]
    }

    private static var large: [[any RespArgument]] {
        let size = collectionSize
        var commands: [[any RespArgument]] = []
        for start in stride(from: 0, to: size, by: 10_000) {
            let members = (start..<start + 10_000).map { "member:\($0)" }
            commands.append(["SADD", "large:set"] + members)
            commands.append(["RPUSH", "large:list"] + members)
            commands.append(["HSET", "large:hash"] + members.flatMap { [$0, "value of \($0)"] })
            commands.append(["ZADD", "large:zset"] + members.enumerated().flatMap { ["\($0).5", $1] })
        }
        commands += (0..<10_000).map { ["XADD", "large:stream", "\($0 + 1)-1", "n", "\($0)"] }
        commands.append(["SET", "large:string", [UInt8](repeating: 0x41, count: 20_000_000)])
        return commands
    }

    /// What can be compared of a key: its content whatever its encoding and order, its type, when it expires.
    struct Facts: Equatable, Sendable {
        var digest: String
        var type: String
        var expiry: Int

        var content: [String] { [digest, type] }
    }

    /// The keys that a node owns; keys that are in nobody's slots are not looked at.
    static func facts(of cluster: LocalCluster) async throws -> [[UInt8]: Facts] {
        let owners = try await cluster.owners()
        var facts: [[UInt8]: Facts] = [:]
        for node in Set(owners) {
            let found = try await cluster.withConnection(to: node, timeout: .seconds(60)) { connection in
                let names = try connection.checked("KEYS", "*").array?.compactMap(\.bytes) ?? []
                var facts: [[UInt8]: Facts] = [:]
                for name in names where owners[KeySlot.of(name)] == node {
                    let digest = try connection.checked("DEBUG", "DIGEST-VALUE", name).array?.first?.text
                    let expiry = try connection.checked("PEXPIRETIME", name).integer
                    let type = try connection.checked("TYPE", name).text
                    facts[name] = Facts(digest: digest ?? "", type: type ?? "", expiry: expiry ?? 0)
                }
                return facts
            }
            facts.merge(found) { first, _ in first }
        }
        return facts
    }
}
