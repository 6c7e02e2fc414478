package import ClusterScan

/// What a server says about a command: its entry in `COMMAND INFO`, and `COMMAND GETKEYS` for a sample.
package struct CommandFacts: Sendable, Hashable {
    /// The name, with the subcommand if it has one: `memory|usage`.
    package var name: String
    /// `write`, `readonly`, `blocking`, `admin`, …
    package var flags: Set<String>
    /// The keys of the sample.
    package var keys: [[UInt8]]

    package init(name: String, flags: Set<String>, keys: [[UInt8]]) {
        self.name = name
        self.flags = flags
        self.keys = keys
    }

    /// Reads an entry of `COMMAND INFO`; `nil` if it is none: the server does not know the command.
    ///
    /// - Parameters:
    ///   - entry: The entry of the command.
    ///   - subcommand: The argument that follows the name, if that is not the key. Where the entry lists
    ///     subcommands (since Redis 7.0), this one's counts.
    ///   - keys: The keys of the sample.
    package init?(_ entry: RESPValue, subcommand: [UInt8]?, keys: [[UInt8]]) {
        guard let fields = entry.array, fields.count >= 3, let name = fields[0].string else { return nil }
        if let subcommand, fields.count > 9, let entries = fields[9].array, !entries.isEmpty {
            let wanted = (name + "|" + String(decoding: subcommand, as: UTF8.self)).lowercased()
            guard let entry = entries.first(where: { $0.array?.first?.string?.lowercased() == wanted }) else {
                return nil
            }
            self.init(entry, subcommand: nil, keys: keys)
        } else {
            var flags = Set((fields[2].array ?? []).compactMap { $0.string?.lowercased() })
            // The flag came with Redis 7.0, the category with 6.0.
            let categories = fields.count > 6 ? fields[6].array ?? [] : []
            let isBlocking = categories.contains { $0.string?.lowercased() == "@blocking" }
            if isBlocking || Self.blocking.contains(name.lowercased()) { flags.insert("blocking") }
            self.init(name: name.lowercased(), flags: flags, keys: keys)
        }
    }

    /// Whether the command only reads. One that does not say so counts as one that writes: scripts do not.
    package var isReadOnly: Bool { flags.contains("readonly") && !flags.contains("write") }

    /// Why the command must not be run for every key.
    ///
    /// - Parameter key: The key of the sample.
    /// - Returns: `nil` if nothing is wrong with it.
    package func objection(key: [UInt8]) -> String? {
        let shown = name.uppercased().split(separator: "|").joined(separator: " ")
        if let reason = CommandFacts.unsuitable[name] { return "\(shown) \(reason)" }
        for (flag, reason) in CommandFacts.unsuitableFlags where flags.contains(flag) {
            return "\(shown) \(reason)"
        }
        guard keys == [key] else {
            if keys.isEmpty { return "\(shown) is no command on a key" }
            if keys.contains(key) {
                return "this \(shown) touches \(keys.count) keys; they live on different nodes of a cluster"
            }
            return "the placeholder is not where \(shown) has its key"
        }
        return nil
    }

    private static let unsuitableFlags = [
        ("blocking", "may block the connection that all nodes' commands share"),
        ("admin", "is for administrators"),
        ("pubsub", "is about channels, not keys"),
        ("asking", "is for the servers among themselves"),
    ]

    /// What blocks on servers before Redis 6.0, which have no word for it.
    private static let blocking: Set<String> = [
        "blpop", "brpop", "brpoplpush", "bzpopmin", "bzpopmax", "xread", "xreadgroup", "wait",
    ]

    private static let unsuitable = [
        "watch": "concerns the connection, not the key",
        "migrate": "takes the key out of the cluster; use 'cluster-scan copy'",
        "restore-asking": "is for the servers among themselves",
    ]
}
