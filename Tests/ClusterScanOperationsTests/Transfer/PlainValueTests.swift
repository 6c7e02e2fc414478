import ClusterScan
import ClusterScanOperations
import Testing

@Suite("Values as commands read and write them")
struct PlainValueTests {
    private static func strings(_ strings: String...) -> RESPValue {
        .array(strings.map { .bulkString(Array($0.utf8)) })
    }

    private static func moments(_ numbers: Int64...) -> RESPValue { .array(numbers.map(RESPValue.integer)) }

    private static func value(_ type: KeyType, _ strings: String...) throws -> PlainValue {
        let reply = RESPValue.array(strings.map { .bulkString(Array($0.utf8)) })
        return try #require(PlainValue(reply, of: type))
    }

    private static func commands(_ value: PlainValue) -> [String] {
        value.commands(writing: Array("t".utf8)).map { words in
            words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
        }
    }

    @Test("the order of a list counts, that of a set and of a hash does not")
    func order() throws {
        func difference(_ type: KeyType, _ one: [String], _ other: [String]) throws -> String? {
            let replies = [one, other].map { RESPValue.array($0.map { .bulkString(Array($0.utf8)) }) }
            let values = try replies.map { try #require(PlainValue($0, of: type)) }
            return values[0].difference(to: values[1])
        }
        let (one, other) = (["a", "1", "b", "2"], ["b", "2", "a", "1"])
        #expect(try difference(.list, one, other) == "its values differ")
        #expect(try difference(.set, one, other) == nil)
        #expect(try difference(.set, one, ["b", "2", "a"]) == "its values differ")
        #expect(try difference(.hash, one, other) == nil)
        #expect(try difference(.hash, one, ["a", "2", "b", "1"]) == "its values differ")
        #expect(try difference(.hash, one, ["a", "1"]) == "its values differ")
        let string = try #require(PlainValue(.bulkString([1]), of: .string))
        #expect(string.difference(to: .string([1])) == nil)
        #expect(string.difference(to: .string([2])) == "its values differ")
        #expect(string.difference(to: .list([[1]])) == "its type is another one")
    }

    /// Replies of 6.2.5 and 8.2.3 to the same `ZADD`.
    @Test("scores are numbers, in whatever digits servers tell them")
    func scores() throws {
        let old = try Self.value(
            .sortedSet,
            "z",
            "-inf",
            "m",
            "-0",
            "a",
            "0.10000000000000001",
            "b",
            "1e+300"
        )
        let new = try Self.value(.sortedSet, "z", "-inf", "m", "0", "a", "0.1", "b", "1e300")
        #expect(old.difference(to: new) == nil)
        let other = try Self.value(.sortedSet, "z", "-inf", "m", "0", "a", "0.2", "b", "1e300")
        #expect(old.difference(to: other) == "its values differ")
        #expect(Self.commands(new) == ["ZADD t -inf z 0.0 m 0.1 a 1e+300 b"])
    }

    /// Replies of Redis 8.2 and Valkey 9.1 to `HPEXPIRETIME`; servers before have no such command.
    @Test("fields that expire at one side only, or at another time, differ")
    func fieldExpiries() throws {
        let reply = Self.strings("f", "1", "g", "2")
        let names = ["f", "g"].map { Array($0.utf8) }
        func hash(_ moments: RESPValue) throws -> PlainValue {
            try #require(PlainValue(reply, of: .hash, expiries: (names, moments)))
        }
        let one = try hash(Self.moments(4_102_444_800_000, -1))
        #expect(try one.difference(to: hash(Self.moments(4_102_444_800_003, -1))) == nil)
        for other in [Self.moments(-1, -1), Self.moments(4_102_444_802_000, -1)] {
            #expect(try one.difference(to: hash(other)) == "its fields expire at other times")
        }
        let older = try #require(PlainValue(reply, of: .hash))
        #expect(one.difference(to: older) == "its fields expire at other times")
        #expect(try hash(Self.moments(-1, -1)).difference(to: older) == nil)
        #expect(Self.commands(one) == ["HSET t f 1 g 2", "HPEXPIREAT t 4102444800000 FIELDS 1 f"])
        #expect(Self.commands(older) == ["HSET t f 1 g 2"])
    }

    @Test("a reply that is not of one moment, or not of the type, is no value")
    func malformed() {
        let names = [Array("f".utf8)]
        let reply = Self.strings("f", "1", "g", "2")
        #expect(PlainValue(reply, of: .hash, expiries: (names, Self.moments(-1))) == nil, "another field")
        #expect(PlainValue(Self.strings("f", "1"), of: .hash, expiries: (names, .null)) == nil)
        #expect(PlainValue(.null, of: .string) == nil)
        #expect(PlainValue(.array([]), of: .list) == nil, "it is gone")
        #expect(PlainValue(reply, of: .stream) == nil)
        #expect(PlainValue(reply, of: KeyType(rawValue: "rejson-rl")) == nil)
    }

    @Test("each collection is written with one command, so that its server chooses the encoding")
    func writing() throws {
        #expect(Self.commands(.string(Array("12".utf8))) == ["SET t 12"])
        #expect(Self.commands(.list([[0x61], [0x62]])) == ["RPUSH t a b"])
        #expect(try Self.commands(Self.value(.set, "1", "2")) == ["SADD t 1 2"])
    }
}
