import ClusterScan

/// What the keys of a chunk want to see in a lookup, and what became of it.
struct LookupClaims {
    /// A key that has a value.
    struct Claim {
        let value: [UInt8]
        let key: [UInt8]
        /// Its place in the chunk.
        let index: Int
    }

    private(set) var tally = WorkTally()
    var statistics = LookupStatistics()
    private let chunk: WorkChunk
    private var byValue: [[UInt8]: [Claim]] = [:]

    init(_ chunk: WorkChunk) {
        self.chunk = chunk
    }

    var values: [[UInt8]] { Array(byValue.keys) }
    var all: [Claim] { byValue.values.flatMap { $0 } }

    func claims(on value: [UInt8]) -> [Claim] { byValue[value] ?? [] }

    mutating func add(_ value: [UInt8], _ key: [UInt8], _ index: Int) {
        byValue[value, default: []].append(Claim(value: value, key: key, index: index))
    }

    // MARK: Keys that claim nothing

    /// A key that came before.
    mutating func leaveOut(_ index: Int) {
        tally.add(.unchanged, for: chunk.keys[index])
    }

    mutating func noteWithoutField(_ index: Int) {
        statistics.withoutField += 1
        leaveOut(index)
    }

    mutating func noteOther(_ index: Int) {
        statistics.otherKeys += 1
        leaveOut(index)
    }

    mutating func noteFailure(_ index: Int, _ error: ServerError) {
        tally.add(.refused(error), for: chunk.keys[index])
    }

    // MARK: Keys that are settled

    mutating func noteAdded(_ claim: Claim) {
        statistics.added += 1
        statistics.noteEntry(claim.value, claim.key)
        tally.add(.done, for: chunk.keys[claim.index])
    }

    mutating func noteThere(_ claim: Claim) {
        statistics.alreadyThere += 1
        leaveOut(claim.index)
    }

    /// An entry is as it should be: what was done to it counts for the key it names, if that is one of these.
    ///
    /// - Parameters:
    ///   - value: The entry's value.
    ///   - decision: What was done to it, or would be.
    ///   - isKnown: Whether that is counted already.
    mutating func noteSettled(_ value: [UInt8], _ decision: LookupDecision, isKnown: Bool) {
        if !isKnown {
            switch decision.step {
            case .keep: break
            case .add: statistics.added += 1
            case .replace: statistics.changed += 1
            }
            if decision.step != .keep { statistics.noteEntry(value, decision.winner) }
        }
        for claim in claims(on: value) {
            if claim.key != decision.winner {
                leaveOut(claim.index)
            } else if decision.step == .keep {
                noteThere(claim)
            } else {
                tally.add(.done, for: chunk.keys[claim.index])
            }
        }
    }
}
