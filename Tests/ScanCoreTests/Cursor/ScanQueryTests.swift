import ScanCore
import Testing

@Suite("Scan query")
struct ScanQueryTests {
    @Test("queries that differ in anything have different digests")
    func digests() {
        let patterns: [GlobPattern?] = [nil, "", "*", "a", "string", "0", "a\0", "user:*"].map {
            $0.map { GlobPattern($0) }
        }
        let types: [KeyType?] = [
            nil, .string, .list, .set, .sortedSet, .hash, .stream, KeyType(rawValue: ""),
        ]
        var digests: Set<UInt64> = []
        for pattern in patterns {
            for type in types {
                for database in [0, 1, 15] {
                    digests.insert(ScanQuery(pattern: pattern, type: type, database: database).digest)
                }
            }
        }
        #expect(digests.count == patterns.count * types.count * 3)
    }

    @Test("a type is the same in any case, as it is for servers")
    func types() {
        #expect(KeyType(rawValue: "ZSet") == .sortedSet)
        #expect(ScanQuery(type: KeyType(rawValue: "HASH")).digest == ScanQuery(type: .hash).digest)
        let module = KeyType(rawValue: "ReJSON-RL")
        #expect(
            module == KeyType(rawValue: "rejson-rl")
                && module.hashValue == KeyType(rawValue: "REJSON-RL").hashValue
        )
        #expect(ScanQuery(type: module).digest == ScanQuery(type: KeyType(rawValue: "rejson-rl")).digest)
        #expect(module.description == "ReJSON-RL", "as a server tells it")
    }

    @Test("digests are stored: they must not change with a later version of this library")
    func stored() {
        #expect(ScanQuery().digest == 0xFB3A_5A10_8F65_BF35)
        #expect(ScanQuery(pattern: GlobPattern("user:*"), type: .hash).digest == 0xD3AB_FBE9_6191_AF26)
    }

    @Test("a query wants the slots its pattern implies")
    func slots() {
        #expect(ScanQuery().slots == .all)
        #expect(ScanQuery(pattern: GlobPattern("{a}*")).slots == [HashSlot(key: "a")])
    }
}
