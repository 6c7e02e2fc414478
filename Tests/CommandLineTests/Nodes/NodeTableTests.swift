import ClusterScan
import Testing
import cluster_scan

@Suite("Table of nodes")
struct NodeTableTests {
    private static func node(
        _ digit: Character,
        port: Int,
        _ role: NodeRole = .primary,
        slots: String = "",
        keys: Int? = 10,
        link: NodeOverview.LinkState = .connected,
        answers: Bool = true,
        version: ServerVersion? = nil,
        memory: Int? = nil,
        replication: ReplicationInfo? = nil,
        migrating: [HashSlot: NodeID] = [:],
        importing: [HashSlot: NodeID] = [:]
    ) throws -> NodeOverview {
        NodeOverview(
            id: try id(digit),
            address: NodeAddress(host: "10.0.0.1", port: port),
            role: role,
            slots: try #require(SlotSet(slots)),
            keys: keys,
            linkState: link,
            configEpoch: 3,
            version: version,
            isAnswering: answers,
            memory: memory,
            replication: replication,
            migrating: migrating,
            importing: importing
        )
    }

    private static func id(_ digit: Character) throws -> NodeID {
        try #require(NodeID(String(repeating: digit, count: 40)))
    }

    @Test(
        "columns are aligned, replicas stand below their primary, the last line says whether all is covered"
    )
    func table() throws {
        let table = try NodeTable([
            Self.node("a", port: 7000, slots: "0-8191", keys: 1_234_567),
            Self.node("b", port: 7003, .replica(of: Self.id("a")), keys: 1_234_560),
            Self.node("c", port: 7001, slots: "8192-16383"),
            Self.node("d", port: 7002, keys: 0),
        ])
        #expect(
            table.text(width: nil) == """
                NODE             ROLE          KEYS  EPOCH  ID        COUNT  SLOTS
                10.0.0.1:7000    primary  1,234,567      3  aaaaaaaa  8,192  0-8191
                  10.0.0.1:7003  replica  1,234,560      3  bbbbbbbb
                10.0.0.1:7001    primary         10      3  cccccccc  8,192  8192-16383
                10.0.0.1:7002    primary          0      3  dddddddd

                3 primaries, 1 replica, 1,234,577 keys on primaries
                All 16,384 slots are served.

                """
        )
    }

    @Test("a cluster that is not fully covered, and nodes that do not answer, are told")
    func trouble() throws {
        let table = try NodeTable([
            Self.node("a", port: 7000, slots: "0-99,200-9999"),
            Self.node("b", port: 7001, slots: "10000-16383", keys: nil, link: .failed),
        ])
        let text = table.text(width: nil)
        #expect(text.contains("LINK"))
        #expect(text.contains("10.0.0.1:7001  primary  failed     -      3  bbbbbbbb  6,384  10000-16383\n"))
        #expect(
            text.contains(
                "2 primaries, 0 replicas, 10 keys on primaries, not counting 1 that did not answer\n"
            )
        )
        #expect(
            text.hasSuffix("NOT FULLY COVERED: no working node serves 6,484 slots (100-199,10000-16383).\n")
        )
    }

    @Test("an owner that did not answer serves nothing")
    func silentOwner() throws {
        let table = try NodeTable([
            Self.node("a", port: 7000, slots: "0-9999"),
            Self.node("b", port: 7001, slots: "10000-16383", keys: nil, answers: false),
        ])
        #expect(!table.isCovered)
        let text = table.text(width: nil)
        #expect(
            text.hasSuffix("NOT FULLY COVERED: the owner of 6,384 slots (10000-16383) did not answer.\n")
        )
        #expect(table.json.text.contains("\"unserved_slots\": \"10000-16383\""))
    }

    @Test("versions, memory, lag, replicas that are cut off and slots half moved are shown")
    func incident() throws {
        let slot = try #require(HashSlot(rawValue: 42))
        let table = try NodeTable([
            Self.node(
                "a",
                port: 7000,
                slots: "0-8191",
                version: ServerVersion(.redis, 7, 0),
                memory: 3 << 20,
                replication: ReplicationInfo(isReplica: false, offset: 5000),
                migrating: [slot: Self.id("c")]
            ),
            Self.node(
                "b",
                port: 7003,
                .replica(of: Self.id("a")),
                version: ServerVersion(.redis, 7, 0),
                memory: 2 << 20,
                replication: ReplicationInfo(isReplica: true, offset: 4000)
            ),
            Self.node(
                "c",
                port: 7001,
                slots: "8192-16383",
                version: ServerVersion(.valkey, 8, 1),
                memory: 100,
                importing: [slot: Self.id("a")]
            ),
            Self.node(
                "d",
                port: 7004,
                .replica(of: Self.id("c")),
                version: ServerVersion(.valkey, 8, 1),
                replication: ReplicationInfo(isReplica: true, offset: 0, isLinkUp: false)
            ),
        ])
        #expect(
            table.text(width: nil) == """
                NODE             ROLE     KEYS    MEMORY      LAG  VERSION     EPOCH  ID        COUNT  SLOTS
                10.0.0.1:7000    primary    10  3.00 MiB           redis 7.0       3  aaaaaaaa  8,192  0-8191
                  10.0.0.1:7003  replica    10  2.00 MiB   1000 B  redis 7.0       3  bbbbbbbb
                10.0.0.1:7001    primary    10     100 B           valkey 8.1      3  cccccccc  8,192  8192-16383
                  10.0.0.1:7004  replica    10         -  cut off  valkey 8.1      3  dddddddd

                2 primaries, 2 replicas, 20 keys on primaries
                1 replica cut off from the primary or still copying it: 10.0.0.1:7004.
                1 slot half moved: 42 from 10.0.0.1:7000 to 10.0.0.1:7001. Where no resharding is under way, \
                redis-cli --cluster fix ends that.
                All 16,384 slots are served.

                """
        )
        #expect(table.json.text.contains("\"bytes_behind\": 1000"))
    }

    @Test("keys of other databases than the first are told")
    func databases() throws {
        let node = try Self.node("a", port: 7000, slots: "0-16383")
        #expect(!NodeTable([node], keysByDatabase: [0: 10]).text(width: nil).contains("database"))
        let table = NodeTable([node], keysByDatabase: [3: 1_000, 0: 10])
        #expect(table.text(width: nil).contains("\nKeys by database: db0 10, db3 1,000\n"))
        #expect(table.json.text.contains("\"3\": 1000"))
    }

    @Test("long lists of slots are cut to the width of the terminal, and only there")
    func width() throws {
        let scattered = stride(from: 0, to: 16384, by: 2).map(String.init).joined(separator: ",")
        let table = try NodeTable([Self.node("a", port: 7000, slots: scattered)])
        let lines = table.text(width: 80).split(separator: "\n").prefix(2)
        #expect(lines.allSatisfy { $0.count < 80 })
        let list = try #require(lines.last?.split(separator: " ").suffix(2))
        let (shown, more) = (list[list.startIndex].split(separator: ","), list[list.startIndex + 1])
        #expect(shown.prefix(2) == ["0", "2"])
        #expect(more == "+\(8192 - shown.count)")
        #expect(table.text(width: nil).contains(scattered))
    }

    @Test("programs get everything, untouched")
    func json() throws {
        let json = try NodeTable([
            Self.node("a", port: 7000, slots: "0-16383", keys: nil),
            Self.node("b", port: 7003, .replica(of: Self.id("a")), link: .suspected),
        ]).json.text
        #expect(json.contains("\"keys\": null"))
        #expect(json.contains("\"slots\": \"0-16383\""))
        #expect(json.contains("\"link\": \"suspected\""))
        #expect(json.contains("\"primary_id\": \"\(try Self.id("a"))\""))
        #expect(json.contains("\"unserved_slots\": \"\""))
    }
}
