import ScanCore
import Testing

@Suite struct SlotSetTests {
    @Test("a slot set does what a set of numbers does", arguments: 0..<60 as Range<UInt64>)
    func behavesLikeASet(seed: UInt64) throws {
        var random = KeyspaceRandom(seed: seed)
        let (one, oneModel) = try randomSet(&random)
        let (other, otherModel) = try randomSet(&random)

        #expect(numbers(one) == oneModel.sorted())
        #expect(one.count == oneModel.count)
        #expect(one.isEmpty == oneModel.isEmpty)
        #expect(numbers(one.union(other)) == oneModel.union(otherModel).sorted())
        #expect(numbers(one.intersection(other)) == oneModel.intersection(otherModel).sorted())
        #expect(numbers(one.subtracting(other)) == oneModel.subtracting(otherModel).sorted())
        #expect(numbers(one.symmetricDifference(other)) == oneModel.symmetricDifference(otherModel).sorted())
        #expect(one.isSubset(of: other) == oneModel.isSubset(of: otherModel))
        #expect(one.intersection(other).isSubset(of: other))
        #expect(one.isDisjoint(with: other) == oneModel.isDisjoint(with: otherModel))
        #expect(one.subtracting(other).isDisjoint(with: other))
        #expect((one == other) == (oneModel == otherModel))
        #expect(SlotSet(one.shuffled(using: &random)) == one)
        for bound in [0, 1, 64, Int.random(in: 0...16_384, using: &random), 16_383, 16_384] {
            #expect(one.slots(from: bound).map(\.rawValue) == oneModel.sorted().filter { Int($0) >= bound })
            #expect(one.count(below: bound) == oneModel.count { Int($0) < bound })
        }
        #expect(one.first?.rawValue == oneModel.min())
    }

    @Test("inserting and removing tell what changed, and copies stay as they were")
    func insertAndRemove() throws {
        var set = SlotSet()
        let copy = set
        for number in [0, 63, 64, 8_191, 16_383] as [UInt16] {
            let slot = try #require(HashSlot(rawValue: number))
            #expect(!set.contains(slot))
            #expect(set.insert(slot).inserted)
            #expect(!set.insert(slot).inserted)
            #expect(set.update(with: slot) == slot)
            #expect(set.contains(slot))
            #expect(set.remove(slot) == slot)
            #expect(set.remove(slot) == nil)
            #expect(set.update(with: slot) == nil)
        }
        #expect(numbers(set) == [0, 63, 64, 8_191, 16_383])
        #expect(copy.isEmpty)
    }

    @Test("the ranges of a set are its longest runs, and make it again", arguments: 0..<30 as Range<UInt64>)
    func ranges(seed: UInt64) throws {
        var random = KeyspaceRandom(seed: seed)
        let set = try randomSet(&random).set
        let ranges = Array(set.ranges)
        #expect(SlotSet(ranges: ranges) == set)
        #expect(ranges.reduce(0) { $0 + SlotSet($1).count } == set.count)
        for (range, next) in zip(ranges, ranges.dropFirst()) {
            #expect(range.upperBound.rawValue + 1 < next.lowerBound.rawValue)
        }
    }

    @Test("the set of all slots is one range")
    func all() {
        #expect(SlotSet.all.count == HashSlot.count)
        #expect(SlotSet.all.description == "0-16383")
        #expect(SlotSet.all.subtracting(.all).isEmpty)
    }

    @Test("text gives the set it was made from", arguments: 0..<30 as Range<UInt64>)
    func textRoundTrip(seed: UInt64) throws {
        var random = KeyspaceRandom(seed: seed)
        let set = try randomSet(&random).set
        #expect(SlotSet(set.description) == set)
    }

    @Test("ranges are read in any order and overlapping")
    func textInAnyOrder() {
        #expect(SlotSet("6000,0-5460")?.description == "0-5460,6000")
        #expect(SlotSet("5-9,7-12,13")?.description == "5-13")
        #expect(SlotSet("")?.isEmpty == true)
        #expect(SlotSet("007")?.description == "7")
    }

    @Test(
        "text that names no slots is refused",
        arguments: [
            ",", "1,", ",1", "-", "1-", "-1", "1-2-3", "+1", "1- 2", " 1", "2-1", "16384", "0-16384", "x",
            "1;2",
            "99999999999999999999999", "٣",
        ]
    )
    func textRefused(text: String) {
        #expect(SlotSet(text) == nil)
    }

    @Test("the view for hot loops agrees with the set")
    func membership() throws {
        var random = KeyspaceRandom(seed: 7)
        let set = try randomSet(&random).set
        set.withMembership { view in
            for slot in SlotSet.all { #expect(view.contains(slot) == set.contains(slot)) }
        }
    }
}

/// A set with some single slots, some runs, or both, and the numbers that should be in it.
func randomSet(_ random: inout KeyspaceRandom) throws -> (set: SlotSet, model: Set<UInt16>) {
    var set = SlotSet()
    var model: Set<UInt16> = []
    for _ in 0..<([0, 1, 3, 40, 9_000].randomElement(using: &random) ?? 0) {
        let number = UInt16.random(in: 0..<16_384, using: &random)
        set.insert(try #require(HashSlot(rawValue: number)))
        model.insert(number)
    }
    for _ in 0..<([0, 1, 5].randomElement(using: &random) ?? 0) {
        let low = UInt16.random(in: 0..<16_384, using: &random)
        let high = UInt16.random(in: low...min(low + 2_000, 16_383), using: &random)
        set.insert(try #require(HashSlot(rawValue: low))...#require(HashSlot(rawValue: high)))
        model.formUnion(low...high)
    }
    return (set, model)
}

private func numbers(_ set: SlotSet) -> [UInt16] {
    set.map(\.rawValue)
}
