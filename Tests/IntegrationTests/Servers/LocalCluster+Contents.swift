import ClusterScan
import ClusterScanOperations
import TestCluster

/// What a key holds, as its server sums it up, and when it expires.
struct KeyContent: Hashable, Sendable {
    let digest: String
    let expiresAt: Int
}

/// The first keys that are not the same in both, with what they hold.
///
/// Servers send each other the time that is left, not the moment: `MIGRATE` shifts the expiry of what it
/// moves by as long as that takes. So moments within a second are the same.
func differences(
    between found: [[UInt8]: KeyContent],
    and expected: [[UInt8]: KeyContent]
) -> [String] {
    let names = Set(found.keys).union(expected.keys).filter { name in
        guard let one = found[name], let other = expected[name] else { return true }
        let expires = one.expiresAt > 0 && other.expiresAt > 0
        return one.digest != other.digest
            || (expires ? abs(one.expiresAt - other.expiresAt) > 1000 : one.expiresAt != other.expiresAt)
    }
    return names.prefix(5).map { name in
        let found = found[name].map { "\($0)" } ?? "nothing"
        let expected = expected[name].map { "\($0)" } ?? "nothing"
        return "\(String(decoding: name, as: UTF8.self)): \(found), expected: \(expected)"
    }
}

extension LocalCluster {
    /// Every key of the present primaries.
    func contents() async throws -> [[UInt8]: KeyContent] {
        var contents: [[UInt8]: KeyContent] = [:]
        for node in primaries {
            let part = try await withConnection(to: node.index) { connection in
                var part: [[UInt8]: KeyContent] = [:]
                let names = (try connection.checked("KEYS", "*").array ?? []).compactMap(\.bytes)
                for start in stride(from: 0, to: names.count, by: 1000) {
                    let page = names[start..<min(start + 1000, names.count)]
                    let digests = try connection.checked(
                        ["DEBUG", "DIGEST-VALUE"] + page.map { $0 as any RespArgument }
                    )
                    // A key of a slot that is half moved is told after ASKING alone; a server without slots
                    // refuses that word, and tells all the same.
                    let replies = try connection.pipeline(
                        page.flatMap { [["ASKING"], ["PEXPIRETIME", $0]] }
                    )
                    let expiries = stride(from: 1, to: replies.count, by: 2).map { replies[$0] }
                    for (name, (digest, expiry)) in zip(page, zip(digests.array ?? [], expiries)) {
                        guard let digest = digest.text, let expiry = expiry.integer else {
                            throw TestClusterError("\(digest), \(expiry)")
                        }
                        part[name] = KeyContent(digest: digest, expiresAt: expiry)
                    }
                }
                return part
            }
            contents.merge(part) { first, _ in first }
        }
        return contents
    }

    /// Sends commands to the owners of their keys, which stand behind the names of the commands.
    func run(_ commands: [[any RespArgument]]) async throws {
        let slots = try await owners()
        let byOwner = Dictionary(grouping: commands) { slots[KeySlot.of($0[1].respBytes)] }
        for (owner, commands) in byOwner {
            try await withConnection(to: owner) { connection in
                for start in stride(from: 0, to: commands.count, by: 1000) {
                    for reply in try connection.pipeline(Array(commands[start...].prefix(1000))) {
                        if case .error(let message) = reply { throw TestClusterError(message) }
                    }
                }
            }
        }
    }

    /// Sends one command to the owner of its key, which stands behind its name.
    func ask(_ command: any RespArgument...) async throws -> RespReply {
        let owner = try await owners()[KeySlot.of(command[1].respBytes)]
        return try await withConnection(to: owner) { try $0.checked(command) }
    }
}

extension WorkReport {
    /// Whether all keys were found and worked on, for a message.
    var trouble: String? {
        if isComplete, tally.isClean { return nil }
        return "\(ending), refused: \(tally.refused), unknown: \(tally.unknown.count)"
    }
}
