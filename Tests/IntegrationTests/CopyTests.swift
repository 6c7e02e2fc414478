import ClusterScan
import ClusterScanOperations
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Copying keys")
    struct CopyTests {
        private static func withTwo(
            _ body: (_ source: LocalCluster, _ destination: LocalCluster) async throws -> Void
        ) async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.nodeTimeout = .seconds(15)
            try await LocalCluster.with(options) { source in
                try await LocalCluster.with(options) { try await body(source, $0) }
            }
        }

        private static func withServer(
            _ body: (LocalCluster, ClusterScanner) async throws -> Void
        ) async throws {
            var options = LocalCluster.Options()
            options.isStandalone = true
            try await LocalCluster.with(options) { server in
                let scanner = server.scanner()
                try await body(server, scanner)
                await scanner.shutDown()
            }
        }

        /// Values of their own for keys of each type.
        private static let distinct: [[any RespArgument]] = (0..<500).flatMap {
            number -> [[any RespArgument]] in
            [
                ["SET", "own:string:\(number)", [UInt8](repeating: UInt8(number % 256), count: number)],
                ["RPUSH", "own:list:\(number)", "\(number)", "b", "c"],
                ["SADD", "own:set:\(number)", "\(number)", "x\(number)", "y"],
                ["ZADD", "own:zset:\(number)", "\(number).25", "m", "-inf", "low", "0.1", "n"],
                ["HSET", "own:hash:\(number)", "field", "\(number)", [0xff, 0x00] as [UInt8], "binary"],
                ["XADD", "own:stream:\(number)", "\(number + 1)-1", "field", "\(number)"],
            ]
        }

        @Test("100,000 keys of all types go to a server and back to a cluster unchanged, while slots move")
        func thereAndBack() async throws {
            try await Self.withTwo { source, destination in
                try await source.load(SampleKeys(count: 100_000, seed: 5, tagCount: 2_000))
                try await source.run(Self.distinct)
                let originals = try await source.contents()
                #expect(originals.count == 105_000)
                #expect(originals.values.contains { $0.expiresAt > 0 })
                try await Self.withServer { server, middle in
                    let (from, to) = (source.scanner(), destination.scanner())
                    let resharding = Task { try await Self.moveSlots(in: source) }
                    let there = try await KeyCopier(from: from, to: middle).copyAll()
                    resharding.cancel()
                    _ = try? await resharding.value
                    #expect(there.trouble == nil)
                    #expect(there.tally.done == 105_000)
                    #expect(try await differences(between: server.contents(), and: originals) == [])

                    let back = try await KeyCopier(from: middle, to: to).copyAll()
                    #expect(back.trouble == nil)
                    #expect(try await differences(between: destination.contents(), and: originals) == [])

                    let verification = CopyVerification(from: from, to: to, samples: 2_000)
                    #expect(await verification.checkAll().trouble == nil)
                    let verdict = try await verification.verdict()
                    #expect(verdict.isGood && verdict.present >= 105_000 && verdict.alike == 2_000)
                    await from.shutDown()
                    await to.shutDown()
                }
            }
        }

        /// Moves slots there and back, a few keys at a time, until the task is cancelled.
        private static func moveSlots(in cluster: LocalCluster) async throws {
            let tags = ["big", "user:1000007", "user:1000008"]
            let owners = try await cluster.owners()
            var moves = tags.map { tag in
                let slot = KeySlot.of(Array(tag.utf8))
                return SlotMove(slot: slot, source: owners[slot], destination: (owners[slot] + 1) % 3)
            }
            while !Task.isCancelled {
                for move in moves {
                    try await cluster.begin(move)
                    for _ in 0..<5 {
                        try await cluster.moveKeys(move, atMost: 200)
                        try? await Task.sleep(for: .milliseconds(5))
                    }
                    try await cluster.moveKeys(move)
                    try await cluster.end(move)
                    try await cluster.waitUntilAgreed()
                }
                moves = moves.map { SlotMove(slot: $0.slot, source: $0.destination, destination: $0.source) }
            }
        }

        @Test(
            "keys that exist are kept and named, with the same value they are no trouble, others stay"
        )
        func existing() async throws {
            try await Self.withTwo { source, destination in
                try await source.run(Self.distinct)
                let (from, to) = (source.scanner(), destination.scanner())
                try await destination.run([
                    ["SET", "own:string:7", "mine"], ["SET", "own:hash:7", "of another type"],
                    ["SET", "bystander", "mine"], ["SADD", "own:set:9", "y", "x9", "9"],
                ])
                let copier = try await KeyCopier(from: from, to: to, matching: "own:*")
                let preview = await copier.previewAll()
                #expect(preview.tally.done == 2_997 && copier.findings.existing == 3)
                #expect(try await destination.keyCount() == 4, "a preview writes nothing")
                let report = await copier.copyAll()
                #expect(report.isComplete && report.tally.done == 2_997 && report.tally.unchanged == 1)
                let kept = try #require(report.tally.refused["BUSYKEY"])
                #expect(kept.count == 2)
                #expect(Set(kept.samples) == Set(["own:string:7", "own:hash:7"].map { Array($0.utf8) }))
                #expect(try await destination.ask("GET", "own:string:7").text == "mine")

                let again = await copier.copyAll()
                #expect(again.tally.unchanged == 2_998 && again.tally.done == 0)
                var options = CopyOptions()
                options.replacesExisting = true
                let replacing = try await KeyCopier(
                    from: from,
                    to: to,
                    matching: "own:*",
                    options: options
                )
                #expect(await replacing.copyAll().trouble == nil)
                var expected = try await source.contents()
                let bystander = try #require(try await destination.contents()[Array("bystander".utf8)])
                expected[Array("bystander".utf8)] = bystander
                #expect(try await destination.contents() == expected)
                await from.shutDown()
                await to.shutDown()
            }
        }

        @Test("a cluster is not copied onto itself, but its keys may be copied to other names")
        func rename() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                try await cluster.run(Self.distinct + [["SET", "other", "1"]])
                let scanner = cluster.scanner()
                // By another node's address it is the same cluster all the same.
                let other = ClusterScanner(seeds: [cluster.nodes[1].nodeAddress])
                await #expect(throws: ClusterScanError.self) { try await KeyCopier(from: scanner, to: other) }
                var options = CopyOptions()
                options.rename = PrefixRename(from: "own:".utf8, to: "copy:".utf8)
                await #expect(throws: ClusterScanError.self) {
                    try await KeyCopier(from: scanner, to: other, options: options)
                }
                let originals = try await cluster.contents()
                let copier = try await KeyCopier(
                    from: scanner,
                    to: other,
                    matching: "own:*",
                    options: options
                )
                let report = await copier.copyAll()
                #expect(report.trouble == nil && report.tally.done == 3_000)
                let all = try await cluster.contents()
                #expect(all.count == 6_001)
                for (name, content) in originals {
                    #expect(all[name] == content)
                    guard name.starts(with: "own:".utf8) else { continue }
                    #expect(all[Array("copy:".utf8) + name.dropFirst(4)] == content)
                }
                await scanner.shutDown()
                await other.shutDown()
            }
        }

        @Test("large values of every type arrive whole element by element, and leave nothing behind")
        func large() async throws {
            try await Self.withTwo { source, destination in
                try await source.run(Self.largeValues)
                try await Self.addGroups(to: source)
                let (from, to) = (source.scanner(), destination.scanner())
                var options = CopyOptions()
                options.maximumPieceBytes = 1
                let copier = try await KeyCopier(from: from, to: to, options: options)
                let report = await copier.copyAll()
                #expect(report.trouble == nil && report.tally.done == 9)
                #expect(copier.statistics.copiedByElements == 9)
                #expect(try await destination.contents() == source.contents(), "and no temporary key")
                for question in [
                    ["XINFO STREAM", "large:stream"], ["XPENDING", "large:stream", "group"],
                    ["XINFO GROUPS", "large:stream"], ["XINFO GROUPS", "empty:stream"],
                ] {
                    let words = question.flatMap { $0.split(separator: " ").map(String.init) }
                    let command: [any RespArgument] = words
                    let key = Array(question[1].utf8)
                    let original = try await Self.stable(source, command, key)
                    #expect(!original.isEmpty)
                    #expect(try await Self.stable(destination, command, key) == original)
                }

                // What is there already is found to be alike piece by piece, too.
                let again = await copier.copyAll()
                #expect(again.trouble == nil && again.tally.unchanged == 9)
                try await destination.run([["RPUSH", "large:list", "one more"]])
                let verification = CopyVerification(from: from, to: to, options: options)
                _ = await verification.checkAll()
                let verdict = try await verification.verdict()
                #expect(verdict.problems.map(\.key) == [Array("large:list".utf8)])
                await from.shutDown()
                await to.shutDown()
            }
        }

        private static let largeValues: [[any RespArgument]] = {
            var commands: [[any RespArgument]] = [
                ["SET", "small", "value"],
                ["SET", "large:string", [UInt8](repeating: 0x41, count: 1_500_000)],
                ["PEXPIREAT", "large:string", "4102444800000"],
            ]
            for number in 0..<3_000 {
                let bytes: [UInt8] = Array("member \(number) ".utf8) + [0, UInt8(number % 256)]
                commands += [
                    ["RPUSH", "large:list", bytes], ["SADD", "large:set", bytes],
                    ["ZADD", "large:zset", "\(Double(number) / 7)", bytes],
                    ["HSET", "large:hash", bytes, bytes],
                    ["XADD", "large:stream", "\(number + 1)-7", "f", bytes],
                ]
            }
            commands += [
                ["SADD", "{}large:odd name", [UInt8](repeating: 0xff, count: 3_000)],
                ["XDEL", "large:stream", "3000-7"],
                ["XADD", "empty:stream", "5-5", "f", "v"], ["XDEL", "empty:stream", "5-5"],
            ]
            return commands
        }()

        /// Two consumers with entries that they have not acknowledged, and a group of an empty stream.
        private static func addGroups(to cluster: LocalCluster) async throws {
            let owners = try await cluster.owners()
            let commands: [[any RespArgument]] = [
                ["XGROUP", "CREATE", "large:stream", "group", "0"],
                ["XREADGROUP", "GROUP", "group", "one", "COUNT", "1200", "STREAMS", "large:stream", ">"],
                ["XREADGROUP", "GROUP", "group", "two", "COUNT", "30", "STREAMS", "large:stream", ">"],
                ["XACK", "large:stream", "group", "3-7", "4-7"],
                ["XGROUP", "CREATE", "empty:stream", "other", "$"],
            ]
            for command in commands {
                let key = command.map(\.respBytes).first { $0.suffix(7).elementsEqual(":stream".utf8) } ?? []
                try await cluster.withConnection(to: owners[KeySlot.of(key)]) { connection in
                    _ = try connection.checked(command)
                }
            }
        }

        /// An answer without what depends on the time of asking.
        private static func stable(
            _ cluster: LocalCluster,
            _ command: [any RespArgument],
            _ key: [UInt8]
        ) async throws -> [RespReply] {
            let owner = try await cluster.owners()[KeySlot.of(key)]
            let reply = try await cluster.withConnection(to: owner) { try $0.checked(command) }
            let fields = reply.array ?? []
            if fields.allSatisfy({ $0.array != nil }) { return fields }
            let named = stride(from: 0, to: fields.count - 1, by: 2)
            // How a stream lies in memory is the server's own affair.
            return named.filter { !["radix-tree-keys", "radix-tree-nodes"].contains(fields[$0].text ?? "") }
                .flatMap { [fields[$0], fields[$0 + 1]] }
        }

        @Test("a planted difference of value, of expiry, and a missing key are all found")
        func verification() async throws {
            try await Self.withTwo { source, destination in
                try await source.run(Self.distinct)
                let (from, to) = (source.scanner(), destination.scanner())
                #expect(try await KeyCopier(from: from, to: to).copyAll().trouble == nil)
                try await destination.run([
                    ["HSET", "own:hash:3", "field", "changed"], ["DEL", "own:list:4"],
                    ["EXPIRE", "own:set:5", "1000"], ["ZADD", "own:zset:6", "7", "added"],
                ])
                let verification = CopyVerification(from: from, to: to, samples: 10_000)
                let report = await verification.checkAll()
                #expect(report.tally.refused["MISSING"]?.count == 1)
                let verdict = try await verification.verdict()
                #expect(!verdict.isGood && verdict.missing == 1 && verdict.different == 3)
                #expect(
                    Set(verdict.problems.map { String(decoding: $0.key, as: UTF8.self) })
                        == ["own:hash:3", "own:list:4", "own:set:5", "own:zset:6"]
                )
                await from.shutDown()
                await to.shutDown()
            }
        }

        @Test("the command copies, verifies, and says with its exit status that something differs")
        func commandLine() async throws {
            try await Self.withTwo { source, destination in
                try await source.run(Self.distinct)
                let addresses = [source.nodes[0].address, "--to", destination.nodes[1].address]
                let preview = try await WorkProcess.run(["copy"] + addresses + ["--dry-run"])
                #expect(preview.status == 0 && preview.output.contains("3,000 keys"))
                #expect(try await destination.keyCount() == 0)
                let copy = try await WorkProcess.run(["copy"] + addresses + ["--verify"])
                #expect(copy.status == 0 && copy.output.contains("VERIFIED: all 3,000 keys"))
                #expect(try await destination.contents() == source.contents())

                try await destination.run([["SET", "own:string:7", "mine"]])
                let check = try await WorkProcess.run(
                    ["copy"] + addresses + ["--verify-only", "--samples", "5000"]
                )
                #expect(check.status == 1 && check.output.contains("own:string:7: its values differ"))
                let again = try await WorkProcess.run(["copy"] + addresses + ["--format", "json"])
                #expect(again.status == 1 && again.messages.contains("--replace"))
                let report = try WorkProcess.json(again.output)
                #expect(report["unchanged"] as? Int == 2_999 && report["done"] as? Int == 0)
                #expect(try await destination.ask("GET", "own:string:7").text == "mine")
                let itself = try await WorkProcess.run(
                    ["copy", source.nodes[0].address, "--to", source.nodes[2].address]
                )
                #expect(itself.status == 64 && itself.messages.contains("the same"))
            }
        }
    }
}
