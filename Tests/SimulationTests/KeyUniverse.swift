import ScanCore

/// The keys a simulation knows, by number: their names and slots, computed once for all simulations.
struct KeyUniverse: Sendable {
    let names: [[UInt8]]
    let slots: [HashSlot]
    /// The slots, ascending.
    let hotSlots: [HashSlot]
    /// Where the slot of each key stands among ``hotSlots``.
    let places: [Int]
    let byName: [[UInt8]: Int]

    static let slotCount = 10
    static let keysPerSlot = 24

    static let shared = KeyUniverse()

    private init() {
        let tags = (0..<Self.slotCount).map { "tag\($0)" }
        self.init(
            names: tags.flatMap { tag in (0..<Self.keysPerSlot).map { Array("{\(tag)}:\($0)".utf8) } }
        )
    }

    init(names: [[UInt8]]) {
        self.names = names
        slots = names.map { HashSlot(key: $0) }
        let ordered = Set(slots).sorted()
        hotSlots = ordered
        let ranks = Dictionary(uniqueKeysWithValues: ordered.enumerated().map { ($1, $0) })
        places = slots.map { ranks[$0] ?? 0 }
        byName = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    }

    func keys(in slot: HashSlot) -> [Int] { slots.indices.filter { slots[$0] == slot } }
}
