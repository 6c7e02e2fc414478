import ScanCore

/// A cluster whose every change is decided by one seed.
final class SimulatedCluster {
    let universe = KeyUniverse.shared
    let timeline: Timeline
    var random: SplitMix64
    let flavour: SimulatedKeyspace.Flavour
    private(set) var nodes: [SimulatedNode] = []
    private var nextPort = 1000
    private var firstEpoch: UInt64 = 10
    /// Until when no node hears of another.
    var busSilentUntil = 0
    /// Whether marks are handed on in a failover, as from Valkey 8.
    let keepsMarks: Bool
    /// What the user may ask: `CLUSTER INFO`.
    let tellsHealth: Bool
    /// For how long a node that has started says that the cluster is down.
    static let startWindow = 3000
    /// Faults that were injected, by name.
    private(set) var faults: [String: Int] = [:]

    /// Keys that have been there, for clients, ever since the mark was set.
    private(set) var present: Set<Int> = []
    /// Keys that were there, for clients, at any moment since the mark was set.
    private(set) var seen: Set<Int> = []
    private var isMarked = false
    /// Until when things go wrong.
    var disturbedUntil = 0
    /// A slot that never stands still.
    var restless: Restless?
    /// Other servers, at addresses that nodes had.
    var foreigners: [SimulatedNode] = []
    /// The addresses that the caller was given.
    private(set) var seeds: [NodeAddress] = []
    /// Whether the caller knows which cluster it is; before, it takes the first that answers to be it.
    var isKnown = false
    /// Whether servers answer with errors.
    var saysErrors = false
    /// Whether one has answered with an error that ends an iteration.
    var saidFinalError = false
    /// Keys that no client deletes after the mark, half of those there.
    private var spared: Set<Int> = []

    /// Whether nodes can be wrong about the cluster for long: silent buses, marks that name other nodes,
    /// reshards that end half-finished, primaries that are back empty, replicas that do not follow.
    let isWide: Bool

    init(seed: UInt64, isWide: Bool, timeline: Timeline) {
        self.isWide = isWide
        self.timeline = timeline
        random = SplitMix64(state: seed)
        flavour = SimulatedKeyspace.Flavour.allCases.randomElement(using: &random) ?? .wholeNode
        keepsMarks = flavour == .perSlot && Bool.random(using: &random)
        tellsHealth = Int.random(in: 0..<4, using: &random) > 0
        let shards = Int.random(in: 2...4, using: &random)
        for _ in 0..<shards {
            let primary = addNode(role: .primary)
            for _ in 0..<Int.random(in: 0...1, using: &random) { addNode(role: .replica(of: primary.id)) }
        }
        for slot in universe.hotSlots {
            nodes.filter(\.isPrimary).randomElement(using: &random)?.slots.insert(slot)
        }
        for key in universe.names.indices where Bool.random(using: &random) { write(key) }
        // Orphans: keys on nodes that do not own their slots. No client sees them.
        for _ in 0..<Int.random(in: 0...10, using: &random) {
            let key = Int.random(in: 0..<universe.names.count, using: &random)
            let strangers = primaries.filter { !$0.slots.contains(universe.slots[key]) }
            strangers.randomElement(using: &random)?.process?.keyspace.insert(key)
        }
        gossipEverything()
        syncReplicas()
        saysErrors = isWide && Int.random(in: 0..<4, using: &random) == 0
    }

    func count(_ fault: String) {
        faults[fault, default: 0] += 1
        if isTraced { print(timeline.now, fault) }
    }

    /// Whether what happens is printed, to follow one seed.
    var isTraced = false
    private var lastStates: [HashSlot: String] = [:]

    private func traceSlots() {
        guard isTraced else { return }
        for slot in universe.hotSlots where lastStates[slot] != described(slot) {
            lastStates[slot] = described(slot)
            print(timeline.now, described(slot))
        }
    }

    // MARK: Nodes

    var primaries: [SimulatedNode] { nodes.filter(\.isPrimary) }

    func node(_ id: NodeID) -> SimulatedNode? { nodes.first { $0.id == id } }

    /// The process that listens at an address.
    func listener(at address: NodeAddress) -> SimulatedNode? {
        nodes.first { $0.address == address && $0.process?.isRunning == true }
            ?? foreigners.first { $0.address == address }
    }

    /// A caller is given addresses where nodes are; with a cursor, which knows the cluster, also those where
    /// they were.
    func introduce(to newcomer: Bool) {
        let taken = Set(foreigners.map(\.address))
        let current = nodes.map(\.address).filter { !taken.contains($0) }
        if newcomer { isKnown = false }
        seeds = newcomer ? current : current + seeds.filter { !current.contains($0) }
    }

    @discardableResult
    func addNode(role: NodeRole) -> SimulatedNode {
        firstEpoch = addEpoch()
        let node = SimulatedNode(
            id: freshID(),
            address: freshAddress(),
            role: role,
            epoch: firstEpoch
        )
        node.process = newProcess(keys: [])
        nodes.append(node)
        return node
    }

    func newProcess(keys: [Int]) -> SimulatedProcess {
        SimulatedProcess(
            runID: randomID(RunID.init),
            flavour: flavour,
            keyspace: SimulatedKeyspace(flavour: flavour, universe: universe, seed: random.next(), keys: keys)
        )
    }

    func freshAddress() -> NodeAddress {
        nextPort += 1
        return NodeAddress(host: "sim", port: nextPort)
    }

    func freshID() -> NodeID { randomID(NodeID.init) }

    private func randomID<ID>(_ make: (String) -> ID?) -> ID {
        let digits = (0..<40).map { _ in "0123456789abcdef".randomElement(using: &random) ?? "0" }
        guard let id = make(String(digits)) else { fatalError("40 digits are an id") }
        return id
    }

    /// An epoch above all others.
    func addEpoch() -> UInt64 { nodes.reduce(firstEpoch) { max($0, $1.currentEpoch, $1.epoch) } + 1 }

    /// A node that has the highest epoch it knows of keeps it, as servers do. Others may have higher ones, or
    /// the same.
    func raiseEpoch(of node: SimulatedNode) {
        guard node.epoch < node.currentEpoch else { return }
        node.currentEpoch += 1
        node.epoch = node.currentEpoch
    }

    // MARK: Gossip

    func gossip(from teller: SimulatedNode, to listener: SimulatedNode) {
        guard teller.process?.isRunning == true, listener.process?.isRunning == true, teller !== listener,
            timeline.now >= max(busSilentUntil, teller.cutUntil, listener.cutUntil)
        else { return }
        listener.hear(teller.claim, of: teller.id)
    }

    /// Everybody hears of everybody.
    func gossipEverything() {
        for _ in 0..<2 {
            for teller in nodes { for listener in nodes { gossip(from: teller, to: listener) } }
        }
    }

    // MARK: Keys

    /// The primary that clients end up at for a slot: of those that claim it, the one with the highest epoch.
    func owner(of slot: HashSlot) -> SimulatedNode? {
        let owner = primaries.filter { $0.slots.contains(slot) }
            .max { ($0.epoch, $1.id) < ($1.epoch, $0.id) }
        // It has lost everything and is about to be replaced. Until it says so, its clients wait.
        return owner?.pendingHeir.flatMap(node) ?? owner
    }

    /// The node that keys of a slot go to from here: marks may name one that has a successor.
    func destination(of slot: HashSlot, from source: SimulatedNode) -> SimulatedNode? {
        guard let named = source.migrating[slot].flatMap(node) else { return nil }
        guard case .replica(let primary) = named.role else { return named }
        return node(primary)
    }

    /// Who says what of a slot.
    func described(_ slot: HashSlot) -> String {
        let words = nodes.compactMap { node -> String? in
            let marks = [
                node.slots.contains(slot) ? "owns" : nil,
                node.migrating[slot].map { mark in
                    "-> \(mark.description.prefix(4)) (\(self.node(mark).map { "\($0.role)" } ?? "gone"))"
                },
                node.importing[slot].map { "<- \($0.description.prefix(4))" },
            ].compactMap { $0 }
            return marks.isEmpty
                ? nil
                : "\(node.id.description.prefix(4)) \(node.role) @\(node.epoch) "
                    + marks.joined(separator: " ")
        }
        return "slot \(slot): \(words.joined(separator: ", "))"
    }

    /// The nodes at which clients find keys of a slot: the owner, and the destination if the slot is on its
    /// way.
    private func holders(of slot: HashSlot) -> [SimulatedNode] {
        guard let owner = owner(of: slot) else { return [] }
        // Servers let in who is sent on for any slot with a mark, whatever node it names.
        guard let peer = destination(of: slot, from: owner), peer.importing[slot] != nil else {
            return [owner]
        }
        return [owner, peer]
    }

    /// Whether another primary serves clients as the owner of a slot, and the owner answers nobody, and no
    /// node that does knows it for the owner; or it would answer, and no other primary that is asked knows
    /// that it owns anything, so that nobody asks it. Nobody can promise these keys: `Docs/Guarantee.md`.
    private func isUnheardOf(_ slot: HashSlot) -> Bool {
        guard let owner = owner(of: slot), owner.isPrimary else { return false }
        let others = nodes.filter { $0 !== owner && $0.answers(at: timeline.now) }
        let rivals = others.filter { $0.isPrimary && $0.slots.contains(slot) }
        guard let rival = rivals.map(\.epoch).max() else { return false }
        guard !owner.answers(at: timeline.now) else {
            return !others.contains { node in
                node.isPrimary && !node.slots.isEmpty && node.topology?.index(ofPrimary: owner.id) != nil
            }
        }
        return !others.contains { node in
            node.heard[owner.id].map { $0.epoch >= rival && $0.slots.contains(slot) } ?? false
        }
    }

    private func holder(of key: Int) -> SimulatedNode? {
        holders(of: universe.slots[key]).first { $0.process?.keyspace.contains(key) == true }
    }

    /// From here on, what is present throughout counts.
    func mark() {
        isMarked = true
        present = Set(universe.names.indices)
        observe()
        spared = Set(present.sorted().filter { _ in Bool.random(using: &random) })
    }

    /// Looks again which keys clients can find, after anything changed.
    func observe() {
        traceSlots()
        guard isMarked else { return }
        var holders = [[ObjectIdentifier]](repeating: [], count: universe.hotSlots.count)
        for (place, slot) in universe.hotSlots.enumerated() {
            if isUnheardOf(slot) { continue }
            let here = self.holders(of: slot)
            holders[place] = here.map(ObjectIdentifier.init)
            for holder in here { holder.served.insert(slot) }
        }
        var found = [Bool](repeating: false, count: universe.names.count)
        for node in nodes {
            guard let process = node.process else { continue }
            if node.isPrimary, process.isRunning { noteServed(by: node) }
            let name = ObjectIdentifier(node)
            let isHolder = holders.map { $0.contains(name) }
            let isServed = universe.hotSlots.map(node.served.contains)
            process.keyspace.visit { key in
                let place = universe.places[key]
                if isHolder[place] { found[key] = true }
                if isServed[place] { seen.insert(key) }
            }
        }
        for key in found.indices where !found[key] { present.remove(key) }
    }

    /// A node that was replaced and does not know it answers its clients as before. And until it is asked
    /// again, a scan does not know that it has lost a slot: what it holds of that slot by then, such as a key
    /// that it has not heard is deleted, may be returned once.
    private func noteServed(by node: SimulatedNode) {
        node.served.formUnion(node.slots)
        for slot in node.slots {
            guard let peer = destination(of: slot, from: node), peer.importing[slot] != nil else { continue }
            peer.served.insert(slot)
        }
    }

    func write(_ key: Int) {
        let slot = universe.slots[key]
        guard let owner = owner(of: slot), owner.isPrimary else { return }
        owner.offset += 1
        // In a slot on the move, keys that are not at the source are made at the destination.
        if let peer = destination(of: slot, from: owner), peer.importing[slot] != nil,
            owner.process?.keyspace.contains(key) != true
        {
            peer.offset += 1
            peer.process?.keyspace.insert(key)
        } else {
            owner.process?.keyspace.insert(key)
        }
        if isMarked { seen.insert(key) }
    }

    func delete(_ key: Int) {
        guard !spared.contains(key), let holder = holder(of: key), holder.isPrimary else { return }
        holder.offset += 1
        holder.process?.keyspace.remove(key)
        present.remove(key)
    }

    /// Replicas catch up, unless they are behind, cut off, or about to replace what they copy.
    func syncReplicas() {
        for node in nodes {
            guard case .replica(let id) = node.role, let primary = self.node(id),
                let source = primary.process,
                source.isRunning, let process = node.process, process.isRunning, primary.pendingHeir == nil,
                timeline.now >= max(node.lagUntil, node.linkDownUntil, node.syncUntil)
            else { continue }
            // Changes and pings alike.
            primary.offset += 1
            node.offset = primary.offset
            let wanted = Set(source.keyspace.keys)
            let held = Set(process.keyspace.keys)
            for key in held.subtracting(wanted).sorted() { process.keyspace.remove(key) }
            for key in wanted.subtracting(held).sorted() { process.keyspace.insert(key) }
        }
    }
}
