import ScanCore
import Testing

@Suite("Lane table")
struct LaneTableTests {
    @Test("it holds what a dictionary would, and copies keep what they held")
    func model() {
        var random = KeyspaceRandom(seed: 7)
        var table = LaneTable()
        var model: [LaneID: LaneRecord] = [:]
        var copies: [(LaneTable, [LaneID: LaneRecord])] = []
        for step in 0..<20_000 {
            let number = UInt64.random(in: 0..<200, using: &random)
            let id = LaneID(rawValue: number)
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                table[id] = nil
                model[id] = nil
            case 1, 2:
                // As in an iteration, claims exclude each other.
                let claims = Bool.random(using: &random) ? slots(of: number) : SlotSet(below: 0)
                let record = LaneRecord.random(claims: claims, using: &random)
                table[id] = record
                model[id] = record
            case 3:
                table[id]?.nodeIndex = step
                model[id]?.nodeIndex = step
            default:
                let position = LaneRecord.Position.scan(UInt64(step))
                table.move(id, to: position)
                model[id]?.position = position
            }
            if step % 500 == 0 { copies.append((table, model)) }
        }
        copies.append((table, model))
        for (table, model) in copies {
            #expect(Dictionary(uniqueKeysWithValues: table.map { ($0.key, $0.value) }) == model)
            #expect(table.count == model.count && table.isEmpty == model.isEmpty)
            #expect(Set(table.ids) == Set(model.keys))
            let claimed = model.values.reduce(into: SlotSet()) { $0.formUnion($1.claims) }
            #expect(table.claimed == claimed)
            #expect(model.allSatisfy { table[$0.key] == $0.value })
        }
    }

    private func slots(of lane: UInt64) -> SlotSet {
        SlotSet(below: Int(lane + 1) * 80).subtracting(SlotSet(below: Int(lane) * 80))
    }
}
