import ClusterScan
import Foundation
import Testing

@Suite struct HashSlotTests {
    @Test("a key has the slot that a real server says it has")
    func slotsOfARealServer() throws {
        for line in try TestVectors.lines(of: "keyslot") {
            let key = try TestVectors.bytes(line[0])
            let slot = try #require(UInt16(line[1]).flatMap(HashSlot.init(rawValue:)))
            #expect(HashSlot(key: key) == slot, "\(line)")
            #expect(HashSlot(key: AnySequence(key)) == slot, "\(line)")
        }
    }
}
