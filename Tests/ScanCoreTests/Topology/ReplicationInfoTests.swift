import ScanCore
import Testing

@Suite("INFO replication and CLUSTER INFO")
struct ReplicationInfoTests {
    private static let replica = """
        # Replication\r
        role:slave\r
        master_host:127.0.0.1\r
        master_port:7000\r
        master_link_status:up\r
        master_last_io_seconds_ago:1\r
        master_sync_in_progress:0\r
        slave_read_repl_offset:4300\r
        slave_repl_offset:4242\r
        slave_priority:100\r
        connected_slaves:0\r
        master_repl_offset:4242\r

        """

    @Test("a replica tells how far it has come and whether it follows")
    func replica() throws {
        let info = try #require(ReplicationInfo(Self.replica))
        #expect(info == ReplicationInfo(isReplica: true, offset: 4242))
        #expect(info.follows)
        for (line, other) in [
            ("link_status:up", "link_status:down"), ("in_progress:0", "in_progress:1"),
            ("master_sync_in_progress:0", "x:0"),
        ] {
            let text = Self.replica.replacing(line, with: other)
            #expect(ReplicationInfo(text)?.follows == false, "\(other)")
        }
    }

    @Test("a primary tells what it has written")
    func primary() {
        let info = ReplicationInfo("role:master\r\nconnected_slaves:1\r\nmaster_repl_offset:99\r\n")
        #expect(info == ReplicationInfo(isReplica: false, offset: 99))
    }

    @Test(
        "what is not understood is not known",
        arguments: ["", "role:slave\r\n", "role:sentinel", "-NOPERM"]
    )
    func unknown(_ text: String) {
        #expect(ReplicationInfo(text) == nil)
    }

    @Test("a node that fails although every slot has an owner has just started, or come back")
    func health() throws {
        let text =
            "cluster_state:fail\r\ncluster_slots_assigned:16384\r\ncluster_slots_fail:0\r\n"
            + "cluster_current_epoch:6\r\n"
        let health = try #require(ClusterHealth(text))
        #expect(health == ClusterHealth(isOK: false, currentEpoch: 6))
        #expect(health.failsWithoutReason)
        #expect(ClusterHealth(text.replacing("16384", with: "16383"))?.failsWithoutReason == false)
        #expect(ClusterHealth(text.replacing("fail:0", with: "fail:5"))?.failsWithoutReason == false)
        #expect(ClusterHealth(text.replacing("state:fail", with: "state:ok"))?.failsWithoutReason == false)
        #expect(ClusterHealth("ERR unknown command") == nil)
    }
}
