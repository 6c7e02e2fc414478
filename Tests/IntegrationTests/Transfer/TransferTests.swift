import ClusterScan
import ClusterScanOperations
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Dump and restore")
    struct TransferTests {
        private static var small: LocalCluster.Options {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            return options
        }

        private static var single: LocalCluster.Options {
            var options = LocalCluster.Options()
            options.isStandalone = true
            return options
        }

        @Test("keys of every type arrive in a server and in another cluster as they were, through gzip too")
        func everything() async throws {
            let tool = try TransferTool()
            try await LocalCluster.with(Self.small) { source in
                try await source.load(SampleKeys(count: 5000, seed: 3))
                try await TransferKeys.load(into: source)
                let expected = try await TransferKeys.facts(of: source)
                #expect(expected.count > 5020)
                let url = source.nodes[1].address
                let dumped = try await tool.shell("$tool dump \(url) | gzip > keys.gz")
                try #require(dumped.status == 0, "\(dumped.messages)")

                try await LocalCluster.with(Self.single) { target in
                    let address = target.nodes[0].address
                    let restored = try await tool.shell("gzip -dc keys.gz | $tool restore - \(address)")
                    #expect(restored.status == 0, "\(restored.messages)")
                    #expect(try await TransferKeys.facts(of: target) == expected)
                    try await refusals(tool, target, expected)
                }
                try await LocalCluster.with(Self.small) { target in
                    let address = target.nodes[0].address
                    let piped = try await tool.shell("$tool dump \(url) | $tool restore - \(address)")
                    #expect(piped.status == 0, "\(piped.messages)")
                    #expect(try await TransferKeys.facts(of: target) == expected)
                    // And over themselves, from a file.
                    let again = try await tool.shell(
                        "$tool dump \(address) -o back && $tool restore back \(address) --replace"
                    )
                    #expect(again.status == 0, "\(again.messages)")
                    #expect(try await TransferKeys.facts(of: target) == expected)
                }
                #expect(try await TransferKeys.facts(of: source) == expected)
            }
        }

        /// What must not be touched is not, and the exit status says what was not done.
        private func refusals(
            _ tool: TransferTool,
            _ server: LocalCluster,
            _ expected: [[UInt8]: TransferKeys.Facts]
        ) async throws {
            let address = server.nodes[0].address
            _ = try await tool.shell("gzip -dc keys.gz > keys")

            let existing = try await tool.shell("$tool restore keys \(address)")
            #expect(existing.status == 1)
            #expect(existing.messages.contains("--replace"))
            try await server.command(0, "SET", "string", "changed")
            let other = try await tool.shell("$tool restore keys \(address) --match string")
            #expect(other.status == 1)
            #expect(other.messages.contains("1 key not restored"))
            #expect(try await server.command(0, "GET", "string").text == "changed")
            let replacing = try await tool.shell("$tool restore keys \(address) --match string --replace")
            #expect(replacing.status == 0, "\(replacing.messages)")
            #expect(try await server.command(0, "GET", "string").text == "text")

            try await server.command(0, "FLUSHALL")
            let dry = try await tool.shell("$tool restore keys --dry-run")
            #expect(dry.status == 0)
            #expect(String(decoding: dry.output, as: UTF8.self).contains("The dump is whole"))
            for damage in [
                "head -c -1 keys > bad", "head -c 100000 keys > bad",
                "cp keys bad; printf x | dd of=bad bs=1 seek=5000 conv=notrunc status=none",
            ] {
                let file = try await tool.shell("\(damage); exec $tool restore bad \(address)")
                #expect(file.status == 65)
                #expect(file.messages.contains("Nothing was restored"), "\(file.messages)")
            }
            #expect(try await server.keyCount() == 0)

            let pipe = try await tool.shell("head -c -20 keys | $tool restore - \(address)")
            #expect(pipe.status == 65)
            #expect(pipe.messages.contains("truncated") && pipe.messages.contains("INCOMPLETE"))
            try await server.command(0, "FLUSHALL")

            let matching = try await tool.shell("$tool restore keys redis://\(address)/2 --match '*large*'")
            #expect(matching.status == 0, "\(matching.messages)")
            #expect(try await server.keyCount() == 0)
            try await server.withConnection(to: 0) { connection in
                try connection.checked("SELECT", 2)
                let size = try connection.checked("DBSIZE").integer
                #expect(size == expected.keys.count { $0.starts(with: "large".utf8) })
                try connection.checked("FLUSHALL")
            }
        }

        @Test("while slots move, every key is in the dump as it is, and time goes on for those that expire")
        func resharding() async throws {
            let tool = try TransferTool()
            try await LocalCluster.with(Self.small) { source in
                try await source.load(SampleKeys(count: 20_000, seed: 5))
                try await TransferKeys.load(into: source, large: false)
                let expected = try await TransferKeys.facts(of: source)
                let owners = try await source.owners()
                let slots = Set(expected.keys.map { KeySlot.of($0) }).sorted()
                let moves = stride(from: 5, to: slots.count, by: slots.count / 12).map { index in
                    let owner = owners[slots[index]]
                    return SlotMove(slot: slots[index], source: owner, destination: (owner + 1) % 3)
                }
                let moving = Task {
                    for move in moves {
                        try await source.begin(move)
                        try await source.moveKeys(move, atMost: 1)
                        try await Task.sleep(for: .milliseconds(20))
                        try await source.moveKeys(move)
                        try await source.end(move)
                        try await source.waitUntilAgreed()
                    }
                }
                let url = source.nodes[0].address
                let dump = try await tool.shell("$tool dump \(url) --max-keys-per-second 1k -o keys")
                try await moving.value
                try #require(dump.status == 0, "\(dump.messages)")
                try await LocalCluster.with(Self.single) { target in
                    let restored = try await tool.shell("$tool restore keys \(target.nodes[0].address)")
                    #expect(restored.status == 0, "\(restored.messages)")
                    let arrived = try await TransferKeys.facts(of: target)
                    #expect(arrived.mapValues(\.content) == expected.mapValues(\.content))
                    // Each MIGRATE sets an expiry anew from what is left, and so moves it a little.
                    #expect(
                        expected.allSatisfy { name, facts in
                            abs((arrived[name]?.expiry ?? 0) - facts.expiry) < 1000
                        }
                    )
                }
            }
        }

        @Test("a dump that is killed again and again and carried on has neither a gap nor a torn record")
        func killed() async throws {
            let tool = try TransferTool()
            try await LocalCluster.with(Self.single) { source in
                try await source.load(SampleKeys(count: 60_000, seed: 8))
                let expected = try await TransferKeys.facts(of: source)
                let line = "exec $tool dump \(source.nodes[0].address) -o keys --resume"
                var random = SplitMix64(state: 4)
                var sizes: [Int64] = []
                for _ in 0..<3 {
                    let delay = Duration.milliseconds(Int.random(in: 6800...8500, using: &random))
                    _ = try await tool.shell("\(line) --max-keys-per-second 3k", killedAfter: delay)
                    let path = tool.path("keys.partial")
                    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
                    sizes.append(attributes?[.size] as? Int64 ?? 0)
                }
                #expect(sizes == sizes.sorted() && sizes[0] > 0, "each run adds to what was there")
                let last = try await tool.shell(line)
                try #require(last.status == 0, "\(last.messages)")

                var reader = DumpReader()
                reader.push(try Data(contentsOf: URL(filePath: tool.path("keys"))))
                var names: [[UInt8]] = []
                var marks = 0
                while let item = try reader.next() {
                    switch item {
                    case .record(let record): names.append(record.key)
                    case .mark: marks += 1
                    default: break
                    }
                }
                try reader.finish()
                #expect(marks >= 3)
                #expect(names.count == expected.count, "no key twice: nothing moved")
                #expect(Set(names) == Set(expected.keys))
            }
        }

        @Test("servers without PEXPIRETIME and without MEMORY are dumped with all expiries, too")
        func older() async throws {
            let tool = try TransferTool()
            var options = Self.single
            options.configuration = [#"rename-command PEXPIRETIME """#, #"rename-command MEMORY """#]
            try await LocalCluster.with(options) { source in
                try await source.load(SampleKeys(count: 300, seed: 9))
                try await source.command(0, "SET", "expiring", "soon", "PX", 3_600_000)
                let count = try await source.keyCount()
                try await LocalCluster.with(Self.single) { target in
                    let outcome = try await tool.shell(
                        "$tool dump \(source.nodes[0].address) | $tool restore - \(target.nodes[0].address)"
                    )
                    #expect(outcome.status == 0, "\(outcome.messages)")
                    #expect(try await target.keyCount() == count)
                    let names = try await source.command(0, "KEYS", "*").array?.compactMap(\.bytes) ?? []
                    for name in names {
                        let before = try await source.command(0, "PTTL", name).integer ?? 0
                        let after = try await target.command(0, "PTTL", name).integer ?? 0
                        #expect(abs(before - after) < 2000)
                    }
                }
            }
        }

        @Test("a value of 100 MB travels through a file and through a pipe")
        func huge() async throws {
            let tool = try TransferTool()
            var options = Self.single
            options.configuration = ["rdbcompression no"]
            try await LocalCluster.with(options) { server in
                try await server.withConnection(to: 0) { connection in
                    // Not compressible: a DUMP is as large as the value.
                    try connection.checked("SETRANGE", "huge", 0, [UInt8](repeating: 7, count: 100_000_000))
                    try connection.checked("SET", "small", "one")
                }
                let expected = try await TransferKeys.facts(of: server)
                let address = server.nodes[0].address
                let line = """
                    $tool dump \(address) -o keys && $tool restore keys --replace \(address) \
                    && $tool dump \(address) | $tool restore --replace - \(address) && wc -c < keys
                    """
                let outcome = try await tool.shell(line)
                #expect(outcome.status == 0, "\(outcome.messages)")
                let size = Int(String(decoding: outcome.output, as: UTF8.self).filter(\.isNumber)) ?? 0
                #expect(size > 100_000_000)
                #expect(try await TransferKeys.facts(of: server) == expected)
            }
        }
    }
}
