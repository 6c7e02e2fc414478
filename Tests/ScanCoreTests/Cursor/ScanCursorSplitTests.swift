import ScanCore
import Testing

@Suite("Splits of a cursor")
struct ScanCursorSplitTests {
    /// Nodes with contiguous shares of the slots, numbered in their order.
    private func cluster(of nodes: Int, slots: Int = HashSlot.count) throws -> ClusterTopology {
        try cluster(nodes) { $0 < slots ? $0 * nodes / slots : nil }
    }

    private func cluster(_ nodes: Int, owner: (Int) -> Int?) throws -> ClusterTopology {
        var shares = Array(repeating: SlotSet(), count: nodes)
        for slot in SlotSet.all {
            if let owner = owner(Int(slot.rawValue)) { shares[owner].insert(slot) }
        }
        return try ClusterTopology(
            shards: shares.enumerated().filter { !$0.element.isEmpty }.map { number, slots in
                ClusterTopology.Shard(primary: clusterNode(number), replicas: [], slots: slots)
            }
        )
    }

    /// What each part wants; checked to be a partition of what the whole wants, with lanes that fit.
    @discardableResult
    private func wanted(by parts: [ScanCursor], of whole: ScanProgress) throws -> [SlotSet] {
        var rest = whole.wanted.subtracting(whole.covered)
        var lanes = whole.lanes
        var keysReturned: UInt64 = 0
        for part in parts {
            let progress = try #require(part.progress)
            #expect(!progress.wanted.isEmpty && progress.covered.isEmpty)
            #expect(progress.wanted.isSubset(of: rest), "a slot is in two parts, or in none")
            rest.subtract(progress.wanted)
            #expect(progress.queryDigest == whole.queryDigest)
            #expect(progress.fingerprint == whole.fingerprint)
            keysReturned += progress.keysReturned
            for (id, record) in progress.lanes {
                #expect(!record.claims.isEmpty && record.claims.isSubset(of: progress.wanted))
                var original = try #require(lanes[id])
                #expect(record.claims.isSubset(of: original.claims))
                var restricted = original
                restricted.claims = record.claims
                #expect(record == restricted, "the lane goes on elsewhere than where it was")
                original.claims.subtract(record.claims)
                lanes[id] = original
            }
            #expect(try ScanCursor(part.description).progress?.parts == progress.parts)
        }
        #expect(rest.isEmpty)
        #expect(lanes.allSatisfy { $0.value.claims.isEmpty }, "part of a lane is lost")
        #expect(keysReturned == whole.keysReturned)
        return parts.compactMap { $0.progress?.wanted }
    }

    private func wholeAtStart() -> ScanProgress {
        ScanProgress(queryDigest: ScanQuery().digest, wanted: .all)
    }

    // MARK: From the start

    @Test("as many parts as nodes of equal size: a node each")
    func nodeEach() throws {
        let topology = try cluster(of: 5)
        let parts = try ScanCursor.start.split(into: 5, topology: topology)
        #expect(try wanted(by: parts, of: wholeAtStart()) == topology.shards.map(\.slots))
    }

    @Test("a multiple of the nodes: every node is divided evenly, and no part goes to two nodes")
    func multiple() throws {
        let topology = try cluster(3) { $0 % 3 }
        let parts = try ScanCursor.start.split(into: 12, topology: topology)
        for slots in try wanted(by: parts, of: wholeAtStart()) {
            #expect(topology.shards.count { !$0.slots.isDisjoint(with: slots) } == 1)
            #expect((1365...1366).contains(slots.count))
        }
    }

    @Test("nodes of nearly equal size are not divided for the sake of a few slots")
    func nearlyEqual() throws {
        let topology = try cluster(6) { slot in [2700, 5490, 8150, 10_950, 13_600].count { slot >= $0 } }
        let slots = try wanted(by: ScanCursor.start.split(into: 3, topology: topology), of: wholeAtStart())
        for shard in topology.shards {
            #expect(slots.count { !$0.isDisjoint(with: shard.slots) } == 1)
        }
    }

    @Test("where the keys are, there the parts are")
    func keyCounts() throws {
        let topology = try cluster(of: 3)
        let counts = [
            NodeID(number: 0): 8_000_000, NodeID(number: 1): 1_000_000, NodeID(number: 2): 1_000_000,
        ]
        let parts = try ScanCursor.start.split(into: 10, topology: topology, keyCounts: counts)
        let slots = try wanted(by: parts, of: wholeAtStart())
        #expect(
            topology.shards.map { shard in slots.count { !$0.isDisjoint(with: shard.slots) } } == [8, 1, 1]
        )
    }

    @Test("a node whose count is not known counts as the average of the others")
    func missingCount() throws {
        let topology = try cluster(of: 4)
        let counts = [NodeID(number: 0): 1000, NodeID(number: 1): 3000, NodeID(number: 2): 2000]
        var complete = counts
        complete[NodeID(number: 3)] = 2000
        #expect(
            try ScanCursor.start.split(into: 7, topology: topology, keyCounts: counts)
                == ScanCursor.start.split(into: 7, topology: topology, keyCounts: complete)
        )
    }

    @Test("counts that cannot be do no harm", arguments: [Int.min, -1, 0, .max])
    func absurdCounts(count: Int) throws {
        let topology = try cluster(of: 3)
        let counts = [NodeID(number: 1): count, NodeID(number: 77): count]
        for parts in [1, 2, 5, 100] {
            let split = try ScanCursor.start.split(into: parts, topology: topology, keyCounts: counts)
            if count < 0 {
                let none = counts.mapValues { _ in 0 }
                #expect(try split == ScanCursor.start.split(into: parts, topology: topology, keyCounts: none))
            }
            #expect(try wanted(by: split, of: wholeAtStart()).count == parts)
        }
    }

    @Test("one slot with nearly all keys does not leave anybody without work")
    func oneHotSlot() throws {
        let topology = try cluster(2) { $0 / (HashSlot.count - 1) }
        let counts = [NodeID(number: 0): 0, NodeID(number: 1): 1_000_000]
        let parts = try ScanCursor.start.split(into: 4, topology: topology, keyCounts: counts)
        #expect(try wanted(by: parts, of: wholeAtStart()).count == 4)
    }

    @Test("slots that nobody serves are somebody's all the same")
    func unserved() throws {
        for nodes in [0, 3] {
            let topology = try cluster(of: nodes, slots: nodes == 0 ? 0 : 9000)
            let parts = try ScanCursor.start.split(into: 4, topology: topology)
            #expect(try wanted(by: parts, of: wholeAtStart()).count == 4)
        }
    }

    @Test("there are never more parts than slots, nor fewer than one while anything is left")
    func fewSlots() throws {
        let topology = try cluster(of: 3)
        let query = ScanQuery(pattern: GlobPattern("{user:[1-5]}:*"))
        let whole = ScanProgress(queryDigest: query.digest, wanted: query.slots)
        for (asked, made) in [(8, 5), (5, 5), (4, 4), (1, 1), (0, 1), (-3, 1), (.max, 5), (.min, 1)] {
            let parts = try ScanCursor.start.split(into: asked, query: query, topology: topology)
            #expect(try wanted(by: parts, of: whole).count == made)
        }
        let all = try ScanCursor.start.split(into: .max, topology: topology)
        #expect(all.count == HashSlot.count)
    }

    // MARK: In progress

    @Test("lanes stay whole while there are parts enough for all of them")
    func wholeLanes() throws {
        let topology = try cluster(of: 3)
        let whole = threeNodes()
        let parts = try ScanCursor(whole).split(into: 2, topology: topology)
        #expect(try wanted(by: parts, of: whole) == [slots("5461-10922"), slots("10923-16383")])
        #expect(parts.compactMap(\.progress).map(\.keysReturned) == [1_234_567, 0])
    }

    @Test("a lane with more than the average, but less than twice as much, stays whole")
    func heavyLane() throws {
        let whole = iteration(claims: [9000, 1923])
        let parts = try ScanCursor(whole).split(into: 2, topology: cluster(of: 3))
        #expect(try wanted(by: parts, of: whole).map(\.count) == [9000, 1923])
    }

    @Test("two pieces of one lane that come together again are one lane")
    func reunitedPieces() throws {
        let whole = iteration(claims: [7740] + Array(repeating: 864, count: 10))
        let parts = try ScanCursor(whole).split(into: 18, topology: cluster(of: 3))
        let sizes = try wanted(by: parts, of: whole).map(\.count)
        #expect(sizes.count { $0 == 864 } == 10)
        #expect(sizes.count { $0 == 860 } == 7)
        #expect(sizes.count { $0 == 1720 } == 1)
    }

    /// Lanes that have claimed so many slots each, one after the other, and nothing else wanted.
    private func iteration(claims: [Int]) -> ScanProgress {
        var progress = wholeAtStart()
        progress.wanted = SlotSet(below: claims.reduce(0, +))
        var start = 0
        for (number, count) in claims.enumerated() {
            progress.lanes[LaneID(rawValue: UInt64(number))] = LaneRecord(
                nodeIndex: number,
                process: mark(UInt64(number)),
                position: .scan(17),
                claims: SlotSet(below: start + count).subtracting(SlotSet(below: start))
            )
            start += count
        }
        return progress
    }

    @Test("lanes are divided when there are more workers than lanes, each piece where the lane was")
    func dividedLanes() throws {
        let topology = try cluster(of: 3)
        let whole = threeNodes()
        let sizes = try wanted(by: ScanCursor(whole).split(into: 6, topology: topology), of: whole).map(
            \.count
        )
        #expect(sizes.allSatisfy { (1820...1821).contains($0) })
    }

    @Test("open slots level what the lanes leave uneven")
    func openSlots() throws {
        let topology = try cluster(of: 3)
        var whole = threeNodes()
        whole.covered = SlotSet()
        whole.lanes[LaneID(rawValue: 3)] = nil
        let sizes = try wanted(by: ScanCursor(whole).split(into: 3, topology: topology), of: whole).map(
            \.count
        )
        #expect(sizes == [5462, 5461, 5461])
        let halves = try wanted(by: ScanCursor(whole).split(into: 2, topology: topology), of: whole)
        #expect(halves.map(\.count) == [8192, 8192])
        #expect(slots("5461-10922").isSubset(of: halves[0]))
    }

    @Test("slots that a lane has read weigh little")
    func readSlots() throws {
        let topology = try cluster(of: 3)
        var whole = threeNodes()
        whole.covered = SlotSet()
        whole.lanes[LaneID(rawValue: 2)]?.position = .walked
        whole.lanes[LaneID(rawValue: 3)]?.position = .slots(below: 16_000)
        let counts = Dictionary(uniqueKeysWithValues: topology.shards.map { ($0.primary.id, 1_000_000) })
        let parts = try ScanCursor(whole).split(into: 4, topology: topology, keyCounts: counts)
        let wanted = try wanted(by: parts, of: whole)
        // Three parts and a half share the node that has not been read; the lanes stay whole.
        #expect(wanted.count { !$0.isDisjoint(with: slots("0-5460")) } == 4)
        #expect(wanted.count { !$0.isDisjoint(with: slots("5461-10922")) } == 1)
        #expect(wanted.count { !$0.isDisjoint(with: slots("10923-16383")) } == 1)
    }

    @Test("an iteration that has ended has no parts; one of another query is refused")
    func ends() throws {
        let topology = try cluster(of: 3)
        #expect(try ScanCursor.finished.split(into: 3, topology: topology).isEmpty)
        #expect(throws: ScanCursorError.otherQuery) {
            try ScanCursor(threeNodes()).split(into: 3, query: ScanQuery(type: .hash), topology: topology)
        }
        let nothing = ScanQuery(pattern: GlobPattern("[]x"))
        #expect(try ScanCursor.start.split(into: 3, query: nothing, topology: topology).isEmpty)
    }

    // MARK: Any

    @Test("any progress, over any cluster, into any number of parts: a fair partition, the same every time")
    func anything() throws {
        var random = KeyspaceRandom(seed: 31)
        for round in 0..<60 {
            var whole = ScanProgress.random(lanes: round % 7, using: &random)
            whole.queryDigest = ScanQuery().digest
            let nodes = Int.random(in: 1...12, using: &random)
            let owners = (0..<64).map { _ in Int.random(in: 0...nodes, using: &random) }
            let topology = try cluster(nodes) { owners[$0 / 256] < nodes ? owners[$0 / 256] : nil }
            var counts: [NodeID: Int] = [:]
            for shard in topology.shards where Bool.random(using: &random) {
                counts[shard.primary.id] = Int.random(in: 0...100_000_000, using: &random)
            }
            let count = [1, 2, 3, 8, 50, 200].randomElement(using: &random) ?? 1
            let parts = try ScanCursor(whole).split(into: count, topology: topology, keyCounts: counts)
            let slots = try wanted(by: parts, of: whole)
            #expect(slots.count == min(count, whole.wanted.subtracting(whole.covered).count))
            #expect(try ScanCursor(whole).split(into: count, topology: topology, keyCounts: counts) == parts)
            let costs = costs(of: parts, topology, counts)
            let average = costs.parts.reduce(0, +) / Double(parts.count)
            let most = costs.parts.max() ?? 0
            #expect(most <= 2.2 * average + costs.dearestSlot, "round \(round): \(most / average)")
        }
    }

    /// What parts cost, by the rule in the documentation: keys, and one for every slot.
    private func costs(
        of parts: [ScanCursor],
        _ topology: ClusterTopology,
        _ counts: [NodeID: Int]
    ) -> (parts: [Double], dearestSlot: Double) {
        let known = topology.shards.filter { counts[$0.primary.id] != nil }
        let keys = known.reduce(0) { $0 + (counts[$1.primary.id] ?? 0) }
        let average = known.isEmpty ? 1 : Double(keys) / Double(known.reduce(0) { $0 + $1.slots.count })
        var bySlot = Array(repeating: 1 + average, count: HashSlot.count)
        for shard in known {
            let density = Double(counts[shard.primary.id] ?? 0) / Double(shard.slots.count)
            for slot in shard.slots { bySlot[Int(slot.rawValue)] = 1 + density }
        }
        let costs = parts.compactMap(\.progress).map { progress in
            var read = SlotSet()
            for (_, record) in progress.lanes {
                switch record.position {
                case .scan: break
                case .slots(let next): read.formUnion(record.claims.intersection(SlotSet(below: next)))
                case .walked: read.formUnion(record.claims)
                }
            }
            return progress.wanted.reduce(0) { $0 + (read.contains($1) ? 1 : bySlot[Int($1.rawValue)]) }
        }
        return (costs, bySlot.max() ?? 0)
    }
}
