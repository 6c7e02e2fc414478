import ClusterScan
import Testing
import cluster_scan

@Suite("Slots for people")
struct SlotTextTests {
    @Test("long lists end with the number of ranges left out, and fit")
    func ranges() throws {
        let slots = try #require(SlotSet("0-5,7,100-200,300,400,500"))
        #expect(SlotText.ranges(slots) == "0-5,7,100-200,300,400,500")
        for width in 6...24 {
            let text = SlotText.ranges(slots, atMost: width)
            #expect(text.count <= width)
            #expect(text.contains(" +"))
        }
        #expect(SlotText.ranges(slots, atMost: 12) == "0-5,7 +4")
    }

    @Test("counts are told with the slots")
    func counted() throws {
        #expect(SlotText.counted(.all) == "all 16,384 slots")
        #expect(SlotText.counted(SlotSet()) == "no slots")
        #expect(SlotText.counted(try #require(SlotSet("7"))) == "1 slot (7)")
    }
}
