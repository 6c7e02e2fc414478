import ClusterScan
import ClusterScanOperations
import Synchronization
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Changes of keys")
    struct ChangeTests {
        private static let tags = (0..<8).map { "tag-\($0)" }

        private static func options(replicas: Int = 0) -> LocalCluster.Options {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = replicas
            return options
        }

        private static func names(_ prefix: String, _ count: Int) -> [[UInt8]] {
            (0..<count).map { Array("\(prefix)\($0)".utf8) }
        }

        @Test("while slots move key by key, exactly the matching keys are deleted, and all others stay")
        func deletionWhileSlotsMove() async throws {
            try await LocalCluster.with(Self.options()) { cluster in
                // In the slots that move, and in all others.
                let doomed =
                    Self.names("doomed:", 12_000) + Self.tags.flatMap { Self.names("doomed:{\($0)}:", 400) }
                let spared =
                    Self.names("spared:", 6_000) + Self.tags.flatMap { Self.names("spared:{\($0)}:", 200) }
                    + Self.names("Doomed:", 50) + Self.names(" doomed:", 50) + Self.names("doomed", 50)
                    + Self.names("{doomed:}", 50)
                try await cluster.set(doomed + spared)
                let resharding = Task { try await cluster.moveSlots(ofTags: Self.tags) }
                let scanner = cluster.scanner()
                var options = WorkOptions(scan: ScanOptions(count: 200), maximumKeysPerSecond: 4_000)
                options.maximumKeysPerChunk = 300
                let report = await scanner.apply(.delete, match: "doomed:*", type: nil, options: options)
                resharding.cancel()
                do {
                    try await resharding.value
                } catch is CancellationError {
                    // It was between two steps.
                }
                #expect(report.isComplete, "\(report.ending)")
                #expect(report.tally.isClean, "\(report.tally)")
                #expect(report.tally.done == UInt64(doomed.count))
                #expect(report.cursor.isFinished)
                #expect(try await cluster.names() == Set(spared))
                await scanner.shutDown()
            }
        }

        @Test("globs with special bytes delete what servers say they match, and nothing else")
        func globs() async throws {
            try await LocalCluster.with(Self.options()) { cluster in
                let sample = SampleKeys(count: 5_000, seed: 5).map(\.name)
                let odd = [
                    "a*b", "a?b", "a[b", "a]b", #"a\b"#, "a^b", "ab", "a{b}c", "{a}b*", "a-b", "*", "[x]",
                ]
                try await cluster.set(sample + odd.map { Array($0.utf8) })
                let scanner = cluster.scanner()
                var rest = try await cluster.names()
                #expect(rest.count == sample.count + odd.count)
                for pattern in [
                    #"a\*b"#, "a[]b", "a[[]b", #"a\\b"#, "a[^b]b", "{a}b*", "*[\n]*", "[^a-z]*",
                    "user:*:profile*",
                    "{user:100[0-4]*}:cart:items", "never:*", "\\*",
                ] {
                    let meant = try await cluster.names(matching: pattern)
                    let report = await scanner.apply(.delete, match: GlobPattern(pattern), type: nil)
                    #expect(report.isComplete && report.tally.isClean)
                    rest.subtract(meant)
                    let left = try await cluster.names()
                    #expect(left == rest, "\(pattern): \(left.count) left instead of \(rest.count)")
                }
                // Which of these a server means depends on its processor.
                let report = await scanner.apply(
                    .delete,
                    match: GlobPattern(bytes: [91, 97, 45, 233, 93, 42]),
                    type: nil
                )
                #expect(!report.isComplete)
                #expect(try await cluster.names() == rest)
                await scanner.shutDown()
            }
        }

        @Test("a type spares keys of all others, and servers without UNLINK get DEL")
        func typesAndOldServers() async throws {
            var options = LocalCluster.Options()
            options.isStandalone = true
            options.configuration = [#"rename-command UNLINK """#]
            try await LocalCluster.with(options) { server in
                try await server.set(Self.names("k:", 3_000))
                for number in 0..<20 { try await server.command(0, "LPUSH", "k:list:\(number)", "x") }
                let scanner = server.scanner()
                let report = await scanner.apply(.delete, match: "k:*", type: .list)
                #expect(report.isComplete && report.tally.isClean && report.tally.done == 20)
                #expect(try await server.names() == Set(Self.names("k:", 3_000)))
                let rest = await scanner.apply(.delete, match: "k:*", type: nil)
                #expect(rest.tally.done == 3_000)
                #expect(try await server.keyCount() == 0)
                await scanner.shutDown()
            }
        }

        @Test("a preview counts by node and changes nothing")
        func preview() async throws {
            try await LocalCluster.with(Self.options()) { cluster in
                let names = Self.names("p:", 4_000)
                try await cluster.set(names + Self.names("other:", 500))
                let owners = try await cluster.owners()
                let scanner = cluster.scanner()
                let preview = await scanner.preview(.delete, match: "p:*", type: nil)
                #expect(preview.report.isComplete)
                #expect(preview.report.tally.done == 4_000)
                for (node, count) in preview.nodes {
                    let own = names.count { cluster.nodes[owners[KeySlot.of($0)]].port == node.address.port }
                    #expect(count == UInt64(own))
                }
                #expect(preview.nodes.count == 3)
                #expect(preview.samples.count == 10 && Set(preview.samples).isSubset(of: names))
                #expect(try await cluster.names().count == 4_500)
                await scanner.shutDown()
            }
        }

        @Test("keys get the expiry that was asked for, on condition, and lose it again; previews foresee it")
        func expiry() async throws {
            try await LocalCluster.with(Self.options()) { cluster in
                let (lasting, aging) = (Self.names("lasting:", 2_000), Self.names("aging:", 1_000))
                try await cluster.set(lasting + aging + Self.names("other", 100))
                let scanner = cluster.scanner()
                let long = KeyExpiry(.after(.seconds(100_000)))
                #expect(await scanner.apply(.expire(long), match: "aging:*", type: nil).tally.done == 1_000)

                let change = KeyChange.expire(
                    KeyExpiry(.after(.seconds(3600)), jitter: .seconds(600), condition: .noExpiry)
                )
                let preview = await scanner.preview(change, match: "*ing:*", type: nil)
                #expect(preview.report.tally.done == 2_000 && preview.report.tally.unchanged == 1_000)
                let report = await scanner.apply(change, match: "*ing:*", type: nil)
                #expect(report.isComplete && report.tally.isClean)
                #expect(report.tally.done == 2_000 && report.tally.unchanged == 1_000)
                let times = try await cluster.lifetimes(of: lasting).values.sorted()
                #expect(times[0] > 3_300_000 && times[1_999] <= 4_200_000)
                #expect(times[1_000] - times[0] > 200_000, "they do not expire all at once")
                #expect(try await cluster.lifetimes(of: aging).values.allSatisfy { $0 > 90_000_000 })
                #expect(
                    try await cluster.lifetimes(of: Self.names("other", 100)).values.allSatisfy { $0 == -1 }
                )

                let moment = SystemTime.millisecondsSince1970 + 7_200_000
                let earlier = KeyChange.expire(KeyExpiry(.at(milliseconds: moment), condition: .laterExpiry))
                #expect(await scanner.apply(earlier, match: "aging:*", type: nil).tally.done == 1_000)
                let left = try await cluster.lifetimes(of: aging).values
                #expect(left.allSatisfy { (7_000_000...7_200_000).contains($0) })

                let foreseen = await scanner.preview(.persist, match: "*ing:*", type: nil)
                #expect(foreseen.report.tally.done == 3_000)
                #expect(await scanner.apply(.persist, match: "*ing:*", type: nil).tally.done == 3_000)
                #expect(try await cluster.lifetimes(of: lasting + aging).values.allSatisfy { $0 == -1 })
                let again = await scanner.apply(.persist, match: "*ing:*", type: nil).tally
                #expect(again.done == 0 && again.unchanged == 3_000)
                await scanner.shutDown()
            }
        }

        @Test(
            "the limit of keys a second holds, a cancelled run says where it stands, the next does the rest"
        )
        func limitAndResumption() async throws {
            try await LocalCluster.with(Self.options()) { cluster in
                let doomed = Self.names("doomed:", 6_000)
                try await cluster.set(doomed + Self.names("spared:", 1_000))
                let scanner = cluster.scanner()
                let marks = Mutex<[(keys: UInt64, at: ContinuousClock.Instant)]>([])
                let working = Task {
                    await scanner.apply(
                        .delete,
                        match: "doomed:*",
                        type: nil,
                        options: WorkOptions(scan: ScanOptions(count: 100), maximumKeysPerSecond: 1_000)
                    ) { progress in
                        marks.withLock { $0.append((progress.tally.keys, .now)) }
                    }
                }
                try await Task.sleep(for: .seconds(3))
                working.cancel()
                let first = await working.value
                guard case .stopped = first.ending else {
                    Issue.record("\(first.ending)")
                    return
                }
                #expect((1_000...3_500).contains(first.tally.done), "\(first.tally.done)")
                let left = try await cluster.names(matching: "doomed:*").count
                #expect(left == doomed.count - Int(first.tally.done), "what was under way was counted")
                for (index, mark) in marks.withLock({ $0 }).enumerated() {
                    let before = marks.withLock { marks in
                        marks[..<index].last { mark.at - $0.at >= .seconds(1) }
                    }
                    if let before {
                        let took = (mark.at - before.at) / .seconds(1)
                        // Two chunks of a tenth of a second each may be under way at either end.
                        #expect(Double(mark.keys - before.keys) <= took * 1_030 + 200)
                    }
                }
                let cursor = try ScanCursor(first.cursor.description)
                let second = await scanner.apply(.delete, match: "doomed:*", type: nil, from: cursor)
                #expect(second.isComplete)
                #expect(first.tally.done + second.tally.done == UInt64(doomed.count))
                #expect(try await cluster.names() == Set(Self.names("spared:", 1_000)))
                await scanner.shutDown()
            }
        }
    }
}
