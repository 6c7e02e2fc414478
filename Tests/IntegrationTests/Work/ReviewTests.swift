import ClusterScan
import ClusterScanOperations
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("What a server says of a command")
    struct ReviewTests {
        @Test("a command on one key is fit, any other is refused with the reason")
        func review() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                let scanner = cluster.scanner()
                func review(_ words: String...) async throws -> ClusterScanner.CommandReview {
                    try await scanner.review(CommandTemplate(words.map { Array($0.utf8) }))
                }
                let length = try await review("STRLEN", "{}")
                #expect(length.name == "strlen" && length.isReadOnly)
                #expect(try await !review("SET", "{}", "value").isReadOnly)
                for (words, reason) in [
                    (["NOSUCHCOMMAND", "{}"], "the server has no command NOSUCHCOMMAND"),
                    (["ECHO", "{}"], "ECHO is no command on a key"),
                    (["BLPOP", "{}", "0"], "BLPOP may block"),
                    (["GET", "{}", "too", "many"], "GET: ERR"),
                ] {
                    let error = await #expect(throws: ClusterScanError.self) {
                        try await scanner.review(CommandTemplate(words.map { Array($0.utf8) }))
                    }
                    #expect(error?.code == .invalidQuery && error?.message.hasPrefix(reason) == true)
                }
                await scanner.shutDown()
            }
        }
    }
}
