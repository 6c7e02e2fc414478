import ScanCore

/// The keys one server process holds, in either of the two ways servers store them.
struct SimulatedKeyspace {
    enum Flavour: CaseIterable {
        /// One dictionary for the node: Redis up to 7.2.
        case wholeNode
        /// One dictionary for each slot: Redis 7.4, Valkey 8.0.
        case perSlot
    }

    private let flavour: Flavour
    private let universe: KeyUniverse
    private let seed: UInt64
    /// By slot, or all under 0.
    private var dictionaries: [Int: SimulatedDictionary] = [:]

    init(flavour: Flavour, universe: KeyUniverse, seed: UInt64, keys: [Int] = []) {
        self.flavour = flavour
        self.universe = universe
        self.seed = seed
        for key in keys { insert(key) }
    }

    private func place(of key: Int) -> Int {
        flavour == .wholeNode ? 0 : Int(universe.slots[key].rawValue)
    }

    var keys: [Int] { dictionaries.values.flatMap(\.keys).sorted() }

    /// All keys, in no particular order.
    func visit(_ visitor: (Int) -> Void) {
        for dictionary in dictionaries.values { dictionary.visit(visitor) }
    }

    func contains(_ key: Int) -> Bool { dictionaries[place(of: key)]?.contains(key) ?? false }

    mutating func insert(_ key: Int) {
        dictionaries[place(of: key), default: SimulatedDictionary(seed: seed)].insert(key)
    }

    mutating func remove(_ key: Int) {
        let place = place(of: key)
        dictionaries[place]?.remove(key)
        if flavour == .perSlot, dictionaries[place]?.count == 0 { dictionaries[place] = nil }
    }

    mutating func rehashStep() {
        for place in dictionaries.keys.sorted() { dictionaries[place]?.rehashStep() }
    }

    // MARK: Commands

    func keys(in slot: HashSlot) -> [Int] {
        switch flavour {
        case .wholeNode: (dictionaries[0]?.keys ?? []).filter { universe.slots[$0] == slot }
        case .perSlot: dictionaries[Int(slot.rawValue)]?.keys ?? []
        }
    }

    /// `SCAN cursor [MATCH pattern] COUNT count [TYPE type]`.
    func scan(_ cursor: UInt64, count: Int, _ query: ScanQuery = ScanQuery()) -> (next: UInt64, keys: [Int]) {
        var keys: [Int] = []
        var cursor = cursor
        var visits = count * 10
        // Servers with a dictionary for each slot walk the one that a pattern implies, and no other.
        let only = flavour == .perSlot ? query.pattern?.serverImpliedSlot : nil
        if let only, cursor == 0 { cursor = UInt64(only.rawValue) }
        repeat {
            cursor = step(cursor) { keys.append($0) }
            if let only, cursor & 16383 != UInt64(only.rawValue) { cursor = 0 }
            visits -= 1
        } while cursor != 0 && visits > 0 && keys.count < count
        return (cursor, keys.filter { universe.matches($0, query) })
    }

    private func step(_ cursor: UInt64, _ visit: (Int) -> Void) -> UInt64 {
        guard flavour == .perSlot else {
            return dictionaries[0]?.scan(cursor, visit) ?? 0
        }
        // `kvstoreScan`: the low 14 bits are the slot, the rest is the cursor within it.
        let places = dictionaries.keys.sorted()
        let slot = Int(cursor & 16383)
        let next = dictionaries[slot]?.scan(cursor >> 14, visit) ?? 0
        if next != 0 { return next << 14 | UInt64(slot) }
        return places.first { $0 > slot }.map(UInt64.init) ?? 0
    }
}
