/// How the rest of an iteration is dealt out: lanes first, in as few pieces as will do, then the slots that
/// no lane has claimed, node by node, to level the parts.
struct SplitPlan {
    struct Part {
        var slots = SlotSet()
        var lanes = LaneTable()
        fileprivate var cost = 0.0
    }

    private(set) var parts: [Part]
    private let costs: SlotCosts
    private let average: Double

    /// A lane is divided where it has more than this many times the average.
    private static let heaviestLane = 2.0
    /// Parts may differ by this fraction of the average if that spares another worker a visit to a node.
    private static let tolerance = 0.1

    init(of progress: ScanProgress, into count: Int, costs: SlotCosts) {
        let rest = progress.wanted.subtracting(progress.covered)
        let lanes = progress.orderedLanes
            .filter { !$0.record.claims.isEmpty }
            .map { WholeLane(id: $0.id, record: $0.record, costs: costs) }
        let open = lanes.reduce(rest) { $0.subtracting($1.record.claims) }
            .sorted { (costs.owner(of: $0), $0) < (costs.owner(of: $1), $1) }
        let openCosts = open.map { costs.cost(of: $0) }
        let count = min(count, rest.count)
        let total = openCosts.reduce(0, +) + lanes.reduce(0) { $0 + $1.cost }
        parts = Array(repeating: Part(), count: count)
        self.costs = costs
        average = total / Double(count)
        deal(pieces(of: lanes, atLeast: count - open.count))
        deal(open, openCosts)
    }

    // MARK: Lanes

    private struct WholeLane {
        let id: LaneID
        let record: LaneRecord
        let slots: [HashSlot]
        let slotCosts: [Double]
        let cost: Double
        var pieces = 1

        init(id: LaneID, record: LaneRecord, costs: SlotCosts) {
            self.id = id
            self.record = record
            slots = Array(record.claims)
            slotCosts = slots.map { costs.cost(of: $0, at: record.position) }
            cost = slotCosts.reduce(0, +)
        }

        var costOfPiece: Double { cost / Double(pieces) }
        var isDivisible: Bool { pieces < slots.count }
    }

    private struct Piece {
        let id: LaneID
        let record: LaneRecord
        let cost: Double
    }

    private func pieces(of lanes: [WholeLane], atLeast count: Int) -> [Piece] {
        var lanes = lanes
        for index in lanes.indices where lanes[index].cost > Self.heaviestLane * average {
            lanes[index].pieces = min(Int((lanes[index].cost / average).rounded()), lanes[index].slots.count)
        }
        var missing = count - lanes.reduce(0) { $0 + $1.pieces }
        while missing > 0 {
            let heaviest = lanes.indices
                .filter { lanes[$0].isDivisible }
                .max { lanes[$0].costOfPiece < lanes[$1].costOfPiece }
            guard let heaviest else { break }
            lanes[heaviest].pieces += 1
            missing -= 1
        }
        return lanes.flatMap { lane in
            let shares = Array(repeating: lane.costOfPiece, count: lane.pieces)
            let least = Array(repeating: 1, count: lane.pieces)
            return Self.cut(lane.slotCosts, into: shares, least: least) { $0 }.map { range in
                var record = lane.record
                record.claims = SlotSet(lane.slots[range])
                return Piece(id: lane.id, record: record, cost: lane.slotCosts[range].reduce(0, +))
            }
        }
    }

    /// The most expensive piece first, each to the part that has least so far: a part ends up with several
    /// pieces only if they fit into the average with the last one left out.
    private mutating func deal(_ pieces: [Piece]) {
        let order = pieces.indices.sorted { (-pieces[$0].cost, $0) < (-pieces[$1].cost, $1) }
        for (rank, index) in order.enumerated() {
            let lightest =
                rank < parts.count ? rank : parts.indices.min { parts[$0].cost < parts[$1].cost } ?? 0
            let piece = pieces[index]
            parts[lightest].slots.formUnion(piece.record.claims)
            parts[lightest].cost += piece.cost
            if let other = parts[lightest].lanes[piece.id] {
                parts[lightest].lanes[piece.id]?.claims = other.claims.union(piece.record.claims)
            } else {
                parts[lightest].lanes[piece.id] = piece.record
            }
        }
    }

    // MARK: Open slots

    private mutating func deal(_ open: [HashSlot], _ openCosts: [Double]) {
        let level = self.level(with: openCosts.reduce(0, +))
        let shares = parts.map { max(0, level - $0.cost) }
        let least = parts.map { $0.slots.isEmpty ? 1 : 0 }
        let prefix = Self.prefixSums(openCosts)
        // Where one node's slots end and the next one's begin.
        let borders =
            [0]
            + open.indices.dropFirst().filter { index in
                costs.owner(of: open[index]) != costs.owner(of: open[index - 1])
            } + [open.count]
        let margin = Self.tolerance * average
        let ranges = Self.cut(openCosts, into: shares, least: least) { position in
            let after = borders.firstIndex { $0 >= position } ?? borders.count - 1
            let nearest = [borders[max(0, after - 1)], borders[after]]
                .min { abs(prefix[$0] - prefix[position]) < abs(prefix[$1] - prefix[position]) }
            guard let nearest, abs(prefix[nearest] - prefix[position]) <= margin else { return position }
            return nearest
        }
        for (index, range) in ranges.enumerated() {
            for slot in open[range] { parts[index].slots.insert(slot) }
        }
    }

    /// How high parts can be filled with what there is to fill them with.
    private func level(with supply: Double) -> Double {
        let filled = parts.map(\.cost).sorted()
        var below = 0.0
        for (count, next) in filled.enumerated() {
            if count > 0, next * Double(count) - below >= supply {
                return (supply + below) / Double(count)
            }
            below += next
        }
        return (supply + below) / Double(filled.count)
    }

    // MARK: Cutting

    /// Cuts a row of items into consecutive ranges.
    ///
    /// - Parameters:
    ///   - costs: What each item costs.
    ///   - shares: What each range should cost, in order.
    ///   - least: How many items each range must have; no more in all than there are.
    ///   - adjust: Moves a cut to a better place close by.
    /// - Returns: As many ranges as there are shares; nothing is left over.
    private static func cut(
        _ costs: [Double],
        into shares: [Double],
        least: [Int],
        adjust: (Int) -> Int
    ) -> [Range<Int>] {
        let prefix = prefixSums(costs)
        var needed = least.reduce(0, +)
        var start = 0
        var nearest = 0
        var target = 0.0
        return shares.indices.map { index in
            needed -= least[index]
            target += shares[index]
            while nearest < costs.count, target - prefix[nearest] > prefix[nearest + 1] - target {
                nearest += 1
            }
            let wish = index == shares.count - 1 ? costs.count : adjust(nearest)
            let end = min(max(wish, start + least[index]), costs.count - needed)
            defer { start = end }
            return start..<end
        }
    }

    private static func prefixSums(_ costs: [Double]) -> [Double] {
        costs.reduce(into: [0]) { sums, cost in sums.append((sums.last ?? 0) + cost) }
    }
}
