import ClusterScan

/// How a small value is read with one command, and what its reply means.
enum WholeValue {
    /// - Returns: `nil` for types of modules.
    static func command(for key: [UInt8], _ type: KeyType) -> KeyCommand? {
        func command(_ name: String, _ arguments: String...) -> KeyCommand {
            KeyCommand(name, key: key, arguments.map { Array($0.utf8) }, isRepeatable: true)
        }
        switch type {
        case .string: return command("GET")
        case .hash: return command("HGETALL")
        case .list: return command("LRANGE", "0", "-1")
        case .set: return command("SMEMBERS")
        case .sortedSet: return command("ZRANGE", "0", "-1", "WITHSCORES")
        case .stream: return command("XRANGE", "-", "+")
        default: return nil
        }
    }

    /// Reads a reply; also one that is a part of the value.
    ///
    /// - Returns: `nil` if the key is gone, or the reply is not one of its type.
    static func part(_ reply: RESPValue, _ type: KeyType) -> ValuePart? {
        if type == .string { return reply.bytes.map(ValuePart.string) }
        guard let elements = reply.array, !elements.isEmpty || type == .stream else { return nil }
        switch type {
        case .list, .set:
            return .elements(elements.compactMap(\.bytes))
        case .hash:
            return .fields(
                pairs(elements).compactMap { field, value in
                    guard let field = field.bytes, let value = value.bytes else { return nil }
                    return (field, value)
                }
            )
        case .sortedSet:
            return .members(
                pairs(elements).compactMap { member, score in
                    guard let member = member.bytes, let score = score.string.flatMap(Double.init) else {
                        return nil
                    }
                    return (member, score)
                }
            )
        case .stream:
            return .entries(elements.compactMap(StreamEntry.init))
        default:
            return nil
        }
    }

    private static func pairs(_ elements: [RESPValue]) -> [(RESPValue, RESPValue)] {
        stride(from: 0, to: elements.count - 1, by: 2).map { (elements[$0], elements[$0 + 1]) }
    }
}
