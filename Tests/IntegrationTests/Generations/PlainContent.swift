import TestCluster

/// What a key holds, asked with commands that servers of every generation have, and written so that it is the
/// same text wherever it is the same value: members in order, scores as numbers.
struct PlainContent: Hashable, Sendable {
    var type: String
    var value: [String]
    /// In milliseconds since 1970, or nil without an expiry.
    var expiresAt: Int?

    /// Moments within two seconds are the same: servers tell each other the time that is left.
    func isSame(as other: PlainContent) -> Bool {
        guard type == other.type, value == other.value else { return false }
        guard let expiresAt, let others = other.expiresAt else { return expiresAt == other.expiresAt }
        return abs(expiresAt - others) < 2_000
    }

    /// The keys that differ, in words; empty if there are none.
    static func differences(
        between found: [[UInt8]: PlainContent],
        and expected: [[UInt8]: PlainContent]
    ) -> [String] {
        Set(found.keys).union(expected.keys).compactMap { name in
            if let one = found[name], let other = expected[name], one.isSame(as: other) { return nil }
            let parts = [found[name], expected[name]].map { $0.map { "\($0)".prefix(300) } ?? "nothing" }
            return "\(String(decoding: name, as: UTF8.self)): \(parts[0]), expected: \(parts[1])"
        }.sorted()
    }
}

extension LocalCluster {
    /// Every key of the present primaries.
    func plainContents() async throws -> [[UInt8]: PlainContent] {
        var contents: [[UInt8]: PlainContent] = [:]
        for node in nodes where try await command(node.index, "ROLE").array?.first?.text == "master" {
            let part = try await withConnection(to: node.index) { connection in
                var part: [[UInt8]: PlainContent] = [:]
                for name in (try connection.checked("KEYS", "*").array ?? []).compactMap(\.bytes) {
                    part[name] = try connection.plainContent(of: name)
                }
                return part
            }
            contents.merge(part) { first, _ in first }
        }
        return contents
    }
}

extension RespConnection {
    func plainContent(of name: [UInt8]) throws -> PlainContent {
        let type = try checked("TYPE", name).text ?? ""
        let left = try checked("PTTL", name).integer ?? -1
        let time = try checked("TIME").array?.compactMap(\.text).compactMap { Int($0) } ?? []
        let now = time.count == 2 ? time[0] * 1_000 + time[1] / 1_000 : 0
        return PlainContent(
            type: type,
            value: try plainValue(of: name, type: type),
            expiresAt: left < 0 ? nil : now + left
        )
    }

    private func plainValue(of name: [UInt8], type: String) throws -> [String] {
        switch type {
        case "string": return try texts("GET", name)
        case "list": return try texts("LRANGE", name, 0, -1)
        case "set": return try texts("SMEMBERS", name).sorted()
        case "hash":
            let fields = try texts("HGETALL", name)
            return pairs(fields).map { "\($0) \($1)" }.sorted() + (try fieldExpiries(name, fields))
        case "zset":
            return pairs(try texts("ZRANGE", name, 0, -1, "WITHSCORES")).map { member, score in
                "\(member) \(Double(score).map { "\($0.bitPattern)" } ?? score)"
            }.sorted()
        case "stream": return try stream(name)
        case "vectorset":
            // A member, its vector and its attributes; how near others are is the server's own affair.
            let members = try checked("VRANDMEMBER", name, 1_000_000).array?.compactMap(\.bytes) ?? []
            return try members.map { member in
                let vector = try checked("VEMB", name, member).array?.compactMap(\.text) ?? []
                let attributes = try checked("VGETATTR", name, member).text ?? ""
                return "\(member) \(vector.joined(separator: " ")) \(attributes)"
            }.sorted()
        default: throw TestClusterError("\(name): a type that is not known here: \(type)")
        }
    }

    /// Entries and groups, with what is pending.
    private func stream(_ name: [UInt8]) throws -> [String] {
        var lines = ["\(try checked("XRANGE", name, "-", "+"))"]
        for group in try checked("XINFO", "GROUPS", name).array ?? [] {
            let fields = group.array ?? []
            let known = stride(from: 0, to: fields.count - 1, by: 2).reduce(into: [:]) { known, index in
                known[fields[index].text ?? ""] = fields[index + 1]
            }
            guard let title = known["name"]?.bytes else { continue }
            let pending = try checked("XPENDING", name, title, "-", "+", 1_000_000).array ?? []
            // Without the time since delivery, which goes on.
            let entries = pending.compactMap(\.array).map { "\($0[0]) \($0[1]) \($0[3])" }
            lines.append("\(title) \(String(describing: known["last-delivered-id"])) \(entries)")
        }
        return lines
    }

    /// The fields that expire by themselves, and the second in which they do.
    private func fieldExpiries(_ name: [UInt8], _ fields: [String]) throws -> [String] {
        let names = pairs(fields).map(\.0)
        let command: [any RespArgument] = ["HEXPIRETIME", name, "FIELDS", names.count] + names
        guard let moments = try call(command).array else { return [] }
        return zip(names, moments).filter { ($1.integer ?? -1) > 0 }.map { "\($0) until \($1)" }.sorted()
    }

    /// A reply's strings; bytes that are no text stay apart, as they are written as numbers.
    private func texts(_ command: any RespArgument...) throws -> [String] {
        let reply = try checked(command)
        return (reply.array ?? [reply]).compactMap { element in
            guard let bytes = element.bytes else { return nil }
            return String(validating: bytes, as: UTF8.self) ?? "\(bytes)"
        }
    }

    private func pairs(_ values: [String]) -> [(String, String)] {
        stride(from: 0, to: values.count - 1, by: 2).map { (values[$0], values[$0 + 1]) }
    }
}
