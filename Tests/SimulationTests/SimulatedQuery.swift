import ScanCore

/// What callers look for, in a share of the simulations.
enum SimulatedQuery {
    private static let patterns = [
        "*", "{tag3}:*", "{tag[1-4]}:*", "*:1?", "*[02468]", "{tag5}:7", "{tag[36]}:*[13579]", "?tag*",
    ]

    static func random(using random: inout SplitMix64) -> ScanQuery {
        var query = ScanQuery()
        if Int.random(in: 0..<4, using: &random) == 0 {
            query.pattern = patterns.randomElement(using: &random).map { GlobPattern($0) }
        }
        if Int.random(in: 0..<8, using: &random) == 0 {
            query.type = KeyUniverse.types.randomElement(using: &random)
        }
        return query
    }
}

extension KeyUniverse {
    static let types: [KeyType] = [.string, .hash, .list]

    func type(of key: Int) -> KeyType { Self.types[key % Self.types.count] }

    func matches(_ key: Int, _ query: ScanQuery) -> Bool {
        (query.type.map { $0 == type(of: key) } ?? true) && (query.pattern?.matches(names[key]) ?? true)
    }
}
