import ScanCore
import Testing

@Suite struct SlotSetRunLengthTests {
    @Test(
        "the compact form gives the set again, tells where it ends, and is bounded",
        arguments: 0..<60 as Range<UInt64>
    )
    func roundTrip(seed: UInt64) throws {
        var random = KeyspaceRandom(seed: seed)
        let set = try randomSet(&random).set
        #expect(set.compactForm.count <= 2_050)
        var bytes = ([1, 2] + set.compactForm + [3, 4])[2...]
        #expect(try SlotSet(compactForm: &bytes) == set)
        #expect(Array(bytes) == [3, 4])
    }

    @Test("extreme sets have the form they should have")
    func extremes() throws {
        let even = SlotSet(SlotSet.all.filter { $0.rawValue % 2 == 0 })
        let sizes: [(SlotSet, Int)] = [
            (SlotSet(), 1), (.all, 4), (SlotSet("0-5460,10922-16383") ?? SlotSet(), 8), (even, 2_050),
            (SlotSet.all.subtracting(even), 2_050),
        ]
        for (set, size) in sizes {
            #expect(set.compactForm.count == size)
            var bytes = set.compactForm[...]
            #expect(try SlotSet(compactForm: &bytes) == set)
        }
    }

    @Test("a form that was cut short is refused", arguments: 0..<12 as Range<UInt64>)
    func truncation(seed: UInt64) throws {
        var random = KeyspaceRandom(seed: seed)
        let form = try randomSet(&random).set.compactForm
        for length in 0..<form.count {
            var bytes = form.prefix(length)
            #expect(throws: CompactCodingError.truncated) { try SlotSet(compactForm: &bytes) }
        }
    }

    @Test(
        "damaged bytes are refused, or are exactly the form of another set",
        arguments: 0..<40 as Range<UInt64>
    )
    func damage(seed: UInt64) throws {
        var random = KeyspaceRandom(seed: seed)
        let form = try randomSet(&random).set.compactForm
        for _ in 0..<50 {
            var damaged = form
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                damaged[Int.random(in: damaged.indices, using: &random)] = .random(
                    in: 0...255,
                    using: &random
                )
            }
            var bytes = damaged[...]
            guard let set = try? SlotSet(compactForm: &bytes) else { continue }
            #expect(Array(damaged.dropLast(bytes.count)) == set.compactForm)
        }
    }

    @Test("a set is not read from a form that is not its own")
    func notCanonical() {
        let runsOfTheEvenSlots: [UInt8] = [0x80, 0x40] + [UInt8](repeating: 0, count: 16_384)
        let bitmapOfNothing: [UInt8] = [0x81, 0x40] + [UInt8](repeating: 0, count: 2_048)
        for form in [runsOfTheEvenSlots, bitmapOfNothing, [0x80, 0x00], [0x01, 0x80, 0x00, 0x00]] {
            var bytes = form[...]
            #expect(throws: CompactCodingError.notCanonical) { try SlotSet(compactForm: &bytes) }
        }
    }

    @Test("slots that no cluster has are refused before anything is stored")
    func outOfRange() {
        let forms: [[UInt8]] = [
            [0x01, 0x80, 0x80, 0x01, 0x00],
            [0x01, 0x00, 0x80, 0x80, 0x01],
            [0x02, 0x00, 0xfe, 0x7f, 0x00, 0x00],
            [0x82, 0x40],
            [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
            [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0xff, 0x01],
        ]
        for form in forms {
            var bytes = form[...]
            #expect(throws: CompactCodingError.outOfRange) { try SlotSet(compactForm: &bytes) }
        }
    }

    @Test("numbers of every size are read as written")
    func varints() throws {
        for shift in 0..<64 as Range<UInt64> {
            for value in [1 << shift, (1 << shift) - 1, .max >> shift] as [UInt64] {
                var form: [UInt8] = []
                Varint.append(value, to: &form)
                var bytes = form[...]
                #expect(try Varint.read(from: &bytes) == value)
                #expect(bytes.isEmpty)
            }
        }
    }
}
