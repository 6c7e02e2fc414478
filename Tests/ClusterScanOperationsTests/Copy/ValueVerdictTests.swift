import ClusterScan
import ClusterScanOperations
import Testing

@Suite("Values on two sides")
struct ValueVerdictTests {
    private static func dump(_ value: [UInt8], version: UInt8) -> RESPValue {
        .bulkString(value + [version, 0] + [UInt8](repeating: version, count: 8))
    }

    private static func strings(_ strings: String...) -> RESPValue {
        .array(strings.map { .bulkString(Array($0.utf8)) })
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

    @Test("the order of a list counts, that of a set and of a hash does not")
    func order() {
        let (one, other) = (Self.strings("a", "1", "b", "2"), Self.strings("b", "2", "a", "1"))
        #expect(ValueVerdict(values: one, other, of: .list) == .different("its values differ"))
        #expect(ValueVerdict(values: one, other, of: .set) == .alike)
        #expect(ValueVerdict(values: one, other, of: .hash) == .alike)
        let swapped = Self.strings("a", "2", "b", "1")
        #expect(ValueVerdict(values: one, swapped, of: .hash) == .different("its values differ"))
        #expect(ValueVerdict(values: .bulkString([1]), .bulkString([1]), of: .string) == .alike)
    }
}
