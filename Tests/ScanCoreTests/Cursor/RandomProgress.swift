import ScanCore

extension ScanProgress {
    /// Everything that a cursor must keep; lanes count in their order, whatever their names.
    var parts: [AnyHashable] {
        [queryDigest, fingerprint, mark, wanted, covered, keysReturned, orderedLanes.map(\.record), losses]
    }

    /// Progress with lanes of every kind, claims of every shape and numbers of every size.
    static func random(lanes: Int, using random: inout KeyspaceRandom) -> ScanProgress {
        // By symbol: not wanted, covered, open, lanes.
        var sets = Array(repeating: SlotSet(), count: 3 + lanes)
        let longestRun = [1, 3, 50, 2000, 20_000].randomElement(using: &random) ?? 1
        let favourite = Bool.random(using: &random) ? Int.random(in: 1..<sets.count, using: &random) : nil
        var start = 0
        while start < HashSlot.count {
            let end = min(HashSlot.count, start + Int.random(in: 1...longestRun, using: &random))
            let isFavoured = Int.random(in: 0..<4, using: &random) > 0
            let symbol = isFavoured ? favourite : nil
            let run = HashSlot(unchecked: UInt16(start))...HashSlot(unchecked: UInt16(end - 1))
            sets[symbol ?? Int.random(in: 0..<sets.count, using: &random)].insert(run)
            start = end
        }
        let claims = sets[3...].filter { !$0.isEmpty }
        let wanted = sets[1...].reduce(SlotSet()) { $0.union($1) }
        var progress = ScanProgress(queryDigest: random.number(), wanted: wanted)
        progress.fingerprint = UInt32(truncatingIfNeeded: random.next())
        progress.mark = sampleMark(nodes: lanes % 5)
        progress.covered = sets[1]
        progress.keysReturned = random.number()
        var id: UInt64 = 0
        for slots in claims {
            id += UInt64.random(in: 1...3, using: &random)
            progress.lanes[LaneID(rawValue: id)] = .random(claims: slots, using: &random)
        }
        if progress.isFinished { progress.covered = SlotSet() }
        // Up to two entries, of every other open slot, or of one in seven.
        var open = progress.wanted.subtracting(progress.covered)
        for step in [2, 7].prefix(Int.random(in: 0...2, using: &random)) {
            let lost = SlotSet(open.enumerated().filter { $0.offset % step == 0 }.map(\.element))
            open.subtract(lost)
            guard !lost.isEmpty else { continue }
            progress.losses.append(
                LossRecord(
                    slots: lost,
                    losses: Int.random(in: 1...100, using: &random),
                    milliseconds: Int64.random(in: 0...100_000, using: &random)
                )
            )
        }
        progress.losses.sort()
        return progress.wanted.isEmpty ? .random(lanes: lanes, using: &random) : progress
    }
}

extension LaneRecord {
    static func random(claims: SlotSet, using random: inout KeyspaceRandom) -> LaneRecord {
        let purposes: [Purpose] = [
            .owned, .migrationSource(to: random.next()), .migrationDestination(from: .random(using: &random)),
        ]
        let positions: [Position] = [
            .scan(random.number()), .slots(below: Int.random(in: 0...HashSlot.count, using: &random)),
            .walked,
        ]
        return LaneRecord(
            nodeIndex: Int.random(in: 0..<HashSlot.count, using: &random),
            process: .random(using: &random),
            hadHighestEpoch: Bool.random(using: &random),
            purpose: purposes.randomElement(using: &random) ?? .owned,
            position: positions.randomElement(using: &random) ?? .walked,
            claims: claims
        )
    }
}

extension ProcessMark {
    static func random(using random: inout KeyspaceRandom) -> ProcessMark {
        ProcessMark(node: random.next(), run: random.next(), epoch: random.number())
    }
}

extension KeyspaceRandom {
    /// Small numbers, large ones, and the largest.
    mutating func number() -> UInt64 {
        switch Int.random(in: 0..<8, using: &self) {
        case 0: 0
        case 1: .max
        default: next() >> UInt64.random(in: 0..<64, using: &self)
        }
    }
}

extension ScanCursor {
    var progress: ScanProgress? {
        guard case .inProgress(let progress) = state else { return nil }
        return progress
    }
}

/// The process that is number so and so in a cluster.
func mark(_ number: UInt64, epoch: UInt64 = 7) -> ProcessMark {
    ProcessMark(
        node: 0x92b5_5fdf_03dd_0f13 &* (number + 1),
        run: 0xdff9_070b_702d_1a80 &* (number + 3),
        epoch: epoch
    )
}

func slots(_ text: String) -> SlotSet {
    SlotSet(text) ?? SlotSet()
}

/// An iteration over three nodes, in the middle: the first is done, the others are being walked.
/// As of a cluster with so many nodes.
func sampleMark(nodes: Int) -> ClusterMark {
    let prefixes: [UInt32] = [0x07E1_5B3A, 0x256A_BFBE, 0x92B5_5FDF, 0xD1C0_0B42]
    return ClusterMark(prefixes: Array(prefixes.prefix(nodes))) ?? ClusterMark()
}

func threeNodes() -> ScanProgress {
    var progress = ScanProgress(queryDigest: ScanQuery().digest, wanted: .all)
    progress.fingerprint = 0xAEC9_395D
    progress.mark = sampleMark(nodes: 3)
    progress.covered = slots("0-5460")
    progress.keysReturned = 1_234_567
    for (number, claims) in ["5461-10922", "10923-16383"].enumerated() {
        progress.lanes[LaneID(rawValue: UInt64(number + 2))] = LaneRecord(
            nodeIndex: number + 1,
            process: mark(UInt64(number)),
            position: .scan(0x2_A0F1 << UInt64(number)),
            claims: slots(claims)
        )
    }
    return progress
}
