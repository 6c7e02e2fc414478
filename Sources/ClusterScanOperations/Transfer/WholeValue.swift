import ClusterScan

/// What the reply to ``KeyType/readingCommand`` means.
enum WholeValue {
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
