import ScanCore
import Testing

@Suite("INFO server")
struct ServerInfoTests {
    private let run = "run_id:dff9070b702d1a803e63d2b2559a892af161f152\r\n"

    @Test("a real answer gives run id, version and mode")
    func realAnswer() throws {
        let info = try ServerInfo(CapturedReplies.info)
        #expect(info.runID.description == "dff9070b702d1a803e63d2b2559a892af161f152")
        #expect(info.version == ServerVersion(.redis, 7, 0))
        #expect(info.isCluster)
    }

    @Test("Valkey is known by its own version, not by the Redis version it is compatible with")
    func valkey() throws {
        let text =
            "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.3\r\nserver_mode:standalone\r\n"
        let info = try ServerInfo(text + run)
        #expect(info.version == ServerVersion(.valkey, 8, 1))
        #expect(!info.isCluster)
    }

    @Test(
        "versions are read from their first two numbers",
        arguments: [
            ("7.4.0", 7, 4), ("255.255.255", 255, 255), ("8.0-rc1", 0, 0), ("9.1.0-rc1", 9, 1), ("7", 0, 0),
            ("", 0, 0),
            ("x.y", 0, 0), ("99999999999999999999.1", 0, 0),
        ]
    )
    func versions(text: String, major: Int, minor: Int) throws {
        let info = try ServerInfo("redis_version:\(text)\nredis_mode:cluster\n" + run)
        #expect(info.version == ServerVersion(.redis, major, minor))
    }

    @Test(
        "without a run id, or a mode in which there are keys, nothing can be promised",
        arguments: [
            "", "redis_mode:cluster", "redis_mode:cluster\nrun_id:", "redis_mode:cluster\nrun_id:123",
            "run_id:dff9070b702d1a803e63d2b2559a892af161f152",
            "redis_mode:sentinel\nrun_id:dff9070b702d1a803e63d2b2559a892af161f152",
            "redis_mode:\nrun_id:dff9070b702d1a803e63d2b2559a892af161f152", ":", "::\n:\r\n:",
        ]
    )
    func refused(text: String) {
        #expect(throws: TopologyError.self) { try ServerInfo(text) }
    }

    @Test(
        "single slots are walked from Redis 7.4 and Valkey 8.0 on",
        arguments: [
            (ServerVersion(.redis, 7, 2), false), (ServerVersion(.redis, 7, 4), true),
            (ServerVersion(.redis, 8, 0), true), (ServerVersion(.redis, 6, 9), false),
            (ServerVersion(.valkey, 7, 2), false), (ServerVersion(.valkey, 8, 0), true),
            (ServerVersion(.valkey, 9, 1), true), (ServerVersion(.redis, 0, 0), false),
        ]
    )
    func singleSlots(version: ServerVersion, walksSingleSlots: Bool) {
        #expect(version.scansSingleSlots == walksSingleSlots)
        #expect(version.scansHashesWithoutValues == walksSingleSlots)
    }

    @Test(
        "what only looks like Redis is known by what it says of itself",
        arguments: [
            (
                "redis_version:6.3.4\r\nexecutable:/usr/local/bin/keydb-server\r\nfeatures:cluster_mget",
                ServerVersion(.keyDB, 6, 3)
            ), ("redis_version:6.3.4\r\nfeatures:cluster_mget", ServerVersion(.keyDB, 6, 3)),
            ("redis_version:7.4.0\r\ndragonfly_version:df-v1.40.1", ServerVersion(.dragonfly, 1, 40)),
            ("garnet_version:1.0.84\r\nredis_version:7.4.3", ServerVersion(.garnet, 1, 0)),
            ("version:2.9.0\r\nkvrocks_version:2.9.0\r\nredis_version:4.0.0", ServerVersion(.kvrocks, 2, 9)),
            ("kvrocks_version:unstable\r\nredis_version:7.0.0", ServerVersion(.kvrocks, 0, 0)),
            ("redis_version:7.2.4\r\nredict_version:7.3.1", ServerVersion(.redict, 7, 3)),
        ]
    )
    func lookAlikes(text: String, version: ServerVersion) throws {
        let info = try ServerInfo("redis_mode:standalone\r\n" + run + text)
        #expect(info.version == version)
        #expect(version.product.isLookAlike && version.caution?.contains(version.description) == true)
        // What Redis can do by its version is not known of them.
        #expect(!info.version.scansSingleSlots)
    }

    @Test("Redis and Valkey need no word of caution")
    func noCaution() {
        #expect(ServerVersion(.redis, 7, 0).caution == nil && ServerVersion(.valkey, 9, 1).caution == nil)
    }

    @Test(
        "what cannot be read is named",
        arguments: [
            (
                "redis_version:7.4.0\r\ndragonfly_version:df-v1.40.1\r\nredis_mode:standalone",
                "Dragonfly 1.40"
            ),
            ("redis_mode:sentinel\r\nrun_id:dff9070b702d1a803e63d2b2559a892af161f152", "Sentinel"),
            ("# Proxy\nVersion:1.0.5\nName:some\nRedisMode:proxy\n", "predixy"),
            ("redis_version:7.0.15\r\nredis_mode:cluster", "run_id"), ("", "redis_mode"),
        ]
    )
    func named(text: String, name: String) {
        let error = #expect(throws: TopologyError.self) { try ServerInfo(text) }
        #expect(error?.description.contains(name) == true, "\(error?.description ?? "")")
    }

    @Test("a version is described as people write it")
    func description() {
        #expect(ServerVersion(.valkey, 8, 1).description == "valkey 8.1")
    }
}
