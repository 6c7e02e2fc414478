import ScanCore
import Testing

@Suite("Command statistics")
struct CommandStatisticsTests {
    @Test("time of scans and calls of others are told apart, whatever the server's generation")
    func fields() {
        let redis7 = """
            # Commandstats\r
            cmdstat_scan:calls=7,usec=420,usec_per_call=60.00,rejected_calls=0,failed_calls=0\r
            cmdstat_cluster|getkeysinslot:calls=3,usec=30,usec_per_call=10.00,rejected_calls=0,failed_calls=0\r
            cmdstat_get:calls=11,usec=22,usec_per_call=2.00,rejected_calls=0,failed_calls=0\r
            cmdstat_ping:calls=2,usec=1,usec_per_call=0.50,rejected_calls=0,failed_calls=0\r
            cmdstat_client|setname:calls=5,usec=5,usec_per_call=1.00,rejected_calls=0,failed_calls=0\r
            cmdstat_replconf:calls=900,usec=9,usec_per_call=0.01,rejected_calls=0,failed_calls=0\r

            """
        #expect(CommandStatistics(redis7) == CommandStatistics(scanMicroseconds: 450, otherCalls: 13))
        let redis6 =
            "# Commandstats\ncmdstat_cluster:calls=3,usec=31,usec_per_call=10.33\ncmdstat_set:calls=4,usec=1\n"
        #expect(CommandStatistics(redis6) == CommandStatistics(scanMicroseconds: 31, otherCalls: 4))
    }

    @Test(
        "a server that tells nothing is not taken for one without work",
        arguments: ["", "# Commandstats\r\n", "redis_version:7.0.15\r\n"]
    )
    func nothing(text: String) {
        #expect(CommandStatistics(text) == nil)
    }

    @Test("nonsense counts as nothing")
    func nonsense() {
        let text = "cmdstat_scan:usec=abc\ncmdstat_get\ncmdstat_set:calls\ncmdstat_:calls=,usec==\n"
        #expect(CommandStatistics(text) == CommandStatistics(scanMicroseconds: 0, otherCalls: 0))
    }
}
