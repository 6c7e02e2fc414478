import ClusterScan
import Testing
import cluster_scan

/// What is said after an error fits what the server said, and the side that it happened at.
@Suite("Advice after errors")
struct AdviceTests {
    private let address = NodeAddress(host: "a", port: 1)

    private func message(
        of reply: String,
        _ message: String? = nil,
        label: String? = nil
    ) -> String {
        var error = ClusterScanError(ScanFailure(ServerError(message: reply), at: address))
        if let message { error.message = message }
        error.label = label
        return CommandFailure(error).message ?? ""
    }

    @Test("host and port are to be checked only where no connection could be made")
    func hostAndPort() {
        var unconnected = ScanFailure(.rediscover, .unreachable, "connection refused", at: address)
        unconnected.isUnconnected = true
        #expect(
            CommandFailure(ClusterScanError(unconnected)).message?.contains("Check host and port") == true
        )
        let all = NodeDiscovery.summary(of: [unconnected, unconnected])
        #expect(CommandFailure(ClusterScanError(all)).message?.contains("Check host and port") == true)

        let closed = ScanFailure(.rediscover, .unreachable, "the server closed the connection", at: address)
        #expect(CommandFailure(ClusterScanError(closed)).message == "a:1: the server closed the connection")
        for reply in [
            "LOADING Redis is loading the dataset in memory", "BUSY Redis is busy running a script",
            "MASTERDOWN Link with MASTER is down", "ERR max number of clients reached",
            "CLUSTERDOWN The cluster is down", "READONLY You can't write against a read only replica.",
        ] {
            let words = message(of: reply)
            #expect(words.contains(reply) && !words.contains("host and port"), "\(words)")
        }
    }

    @Test(
        "each refusal of credentials has its own remedy",
        arguments: [
            ("NOAUTH Authentication required.", nil, "Set REDISCLI_AUTH"),
            (
                "WRONGPASS invalid username-password pair or user is disabled.",
                "the server refused the password of the user 'h': WRONGPASS", "redis://:PASSWORD@host:port"
            ), ("WRONGPASS invalid username-password pair or user is disabled.", nil, "Check the password"),
            ("ERR Client sent AUTH, but no password is set", nil, "leave it out"),
            (
                "ERR AUTH <password> called without any password configured for the default user.", nil,
                "leave it out"
            ),
        ]
    )
    func credentials(reply: String, said: String?, remedy: String) {
        var failure = ScanFailure(.giveUp, .authenticationFailed, said ?? reply, at: address)
        failure.reply = ServerError(message: reply)
        let words = CommandFailure(ClusterScanError(failure)).message ?? ""
        #expect(words.contains(remedy), "\(words)")
    }

    @Test("options and variables are those of the side")
    func sides() {
        let source = message(of: "NOAUTH wanted", label: "source")
        #expect(source.hasPrefix("source a:1: NOAUTH") && source.contains("REDISCLI_AUTH"))
        let destination = message(of: "NOAUTH wanted", label: "destination")
        #expect(destination.hasPrefix("destination a:1: NOAUTH"))
        #expect(destination.contains("CLUSTER_SCAN_TO_PASSWORD") && destination.contains("--to-user"))
        #expect(!destination.contains("REDISCLI_AUTH"))
        var tls = ClusterScanError(.tlsFailed, "the certificate has expired", at: address)
        tls.label = "destination"
        #expect(CommandFailure(tls).message?.contains("--to-cacert") == true)
    }

    @Test("what to permit is said of what is not permitted, and not of what does not exist")
    func permissions() {
        let denied = message(of: "NOPERM User t has no permissions to run the 'memory|usage' command")
        #expect(denied.contains("ACL SETUSER … +memory|usage"))
        let unknown = message(of: "ERR unknown command 'MEMORY', with args beginning with: 'USAGE'")
        #expect(unknown.contains("does not have this command") && !unknown.contains("ACL"))
        #expect(message(of: "DENIED Redis is running in protected mode").contains("ACL") == false)
    }
}
