import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Globs that are often meant otherwise")
    struct PatternHintTests {
        @Test("where nothing matches, the command says what the glob means; before a change, in any case")
        func hints() async throws {
            var options = LocalCluster.Options()
            options.isStandalone = true
            try await LocalCluster.with(options) { server in
                try await server.run([["MSET", "hello", "1", "world", "2", "[rate]x", "3", "r", "4"]])
                let address = server.nodes[0].address
                for command in ["keys", "values", "stats", "delete"] {
                    let outcome = try await WorkProcess.run([command, address, "--match", "{hell*,wor*}"])
                    #expect(outcome.status == 0 && outcome.messages.contains("no alternatives"), "\(command)")
                }
                let found = try await WorkProcess.run(["keys", address, "--match", "h[ae]llo"])
                #expect(found.output == "hello\n" && found.messages.isEmpty)
                let change = try await WorkProcess.run(["delete", address, "--match", "[rate]*"])
                #expect(change.status == 0 && change.messages.contains(#"written as \[rate]"#))
                let meant = try await WorkProcess.run(["delete", address, "--match", #"\[rate]*"#, "--yes"])
                #expect(meant.status == 0 && !meant.messages.contains("Warning"))
                #expect(try await server.names() == Set(["hello", "world", "r"].map { Array($0.utf8) }))
            }
        }
    }
}
