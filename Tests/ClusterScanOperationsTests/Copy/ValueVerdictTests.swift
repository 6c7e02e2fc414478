import ClusterScan
import ClusterScanOperations
import Testing

@Suite("Values on two sides")
struct ValueVerdictTests {
    private static func dump(_ value: [UInt8], version: UInt8) -> RESPValue {
        .bulkString(value + [version, 0] + [UInt8](repeating: version, count: 8))
    }

    @Test("dumps with the same value are alike, whatever the version of the server")
    func dumps() {
        let (one, same) = (Self.dump([7, 7], version: 9), Self.dump([7, 7], version: 11))
        #expect(ValueVerdict(dumps: one, same) == .alike)
        let other = Self.dump([7, 8], version: 9)
        #expect(ValueVerdict(dumps: one, other) == nil, "they may be equal all the same")
        #expect(ValueVerdict(dumps: one, nil) == nil, "refused")
    }

    @Test("a key that is on one side only is missing on the other; on neither, at the source")
    func missing() {
        let dump = Self.dump([], version: 9)
        #expect(ValueVerdict(dumps: .null, dump) == .missingAtSource)
        #expect(ValueVerdict(dumps: dump, .null) == .missingAtDestination)
        #expect(ValueVerdict(dumps: .null, .null) == .missingAtSource)
        let none = KeyType(rawValue: "none")
        #expect(ValueVerdict(types: none, .set) == .missingAtSource)
        #expect(ValueVerdict(types: .set, none) == .missingAtDestination)
    }

    @Test("types differ in words")
    func types() {
        #expect(ValueVerdict(types: .set, .set) == nil)
        #expect(ValueVerdict(types: .set, .hash) == .different("its type is set here, hash there"))
    }

    /// Replies of Redis 8.2 and Valkey 9.1 to `HPEXPIRETIME`; servers before have no such command.
    @Test("fields that expire at one side only, or at another time, differ")
    func fieldExpiries() {
        func moments(_ numbers: Int64...) -> RESPValue { .array(numbers.map(RESPValue.integer)) }
        let here = moments(4_102_444_800_000, -1)
        #expect(ValueVerdict(fieldExpiries: here, moments(4_102_444_800_003, -1)) == .alike)
        for there in [moments(-1, -1), moments(4_102_444_802_000, -1), moments(4_102_444_800_000, 5_000)] {
            #expect(
                ValueVerdict(fieldExpiries: here, there) == .different("its fields expire at other times")
            )
        }
        #expect(ValueVerdict(fieldExpiries: here, nil) == .different("its fields expire at other times"))
        #expect(ValueVerdict(fieldExpiries: moments(-1, -1), nil) == .alike)
        #expect(ValueVerdict(fieldExpiries: nil, nil) == .alike)
        #expect(ValueVerdict(fieldExpiries: here, moments(-2, -1)) == .alike, "gone since it was compared")
    }
}
