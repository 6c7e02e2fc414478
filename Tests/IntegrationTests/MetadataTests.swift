import ClusterScan
import ClusterScanOperations
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Metadata of keys")
    struct MetadataTests {
        /// What the sample's templates write.
        private static func length(of type: SampleKeys.ValueType) -> Int64 {
            switch type {
            case .string: 13
            case .stream: 1
            case .list, .set, .zset, .hash: 2
            }
        }

        @Test("every key of a cluster gets what its server says, in one pass over batches")
        func wholeCluster() async throws {
            let cluster = try await QuietCluster.cluster
            let owners = try await cluster.owners()
            let expected = Dictionary(uniqueKeysWithValues: QuietCluster.keys.map { ($0.name, $0) })
            let scanner = cluster.scanner()
            var tally = KeyTally()
            var wrong: [String] = []
            var refused: Set<KeyField> = []
            let batches = scanner.batches(options: ScanOptions(count: 500))
            var lastCursor = ScanCursor.start
            for try await batch in scanner.metadata(of: batches, fields: Set(KeyField.allCases)) {
                tally.add(batch.batch.keys)
                lastCursor = batch.batch.cursor
                refused.formUnion(batch.refusals.keys)
                for (key, metadata) in zip(batch.batch.keys, batch.metadata) {
                    let name = key.bytes
                    guard let sample = expected[name] else { continue }
                    let lives = metadata.lifetime != .unlimited
                    let slot = KeySlot.of(name)
                    let isRight =
                        metadata.type?.rawValue == sample.type.rawValue && lives == sample.expires
                        && (metadata.memory ?? 0) > name.count && metadata.encoding?.isEmpty == false
                        && metadata.idle != nil && metadata.frequency == nil
                        && metadata.length == Self.length(of: sample.type)
                        && metadata.slot.map { Int($0.rawValue) } == slot
                        && metadata.node?.address == cluster.nodes[owners[slot]].nodeAddress
                        && !metadata.isGone
                    if !isRight { wrong.append("\(key): \(metadata)") }
                }
            }
            #expect(tally.difference(from: QuietCluster.names) == nil)
            #expect(wrong.isEmpty, "\(wrong.count), such as \(wrong.prefix(2))")
            #expect(refused == [.freq], "the policy is not an LFU one")
            #expect(lastCursor.inspection != nil || lastCursor.isFinished)
            await scanner.shutDown()
        }

        @Test("a key that is gone says so, and nothing is made up")
        func gone() async throws {
            let cluster = try await QuietCluster.cluster
            let scanner = cluster.scanner()
            let names = [Array("no such key".utf8), QuietCluster.keys[0].name, Array("{nor}this".utf8)]
            let answer = try await scanner.metadata(of: KeyBatch(names), fields: Set(KeyField.allCases))
            #expect(answer.keys.map(\.isGone) == [true, false, true])
            #expect(
                answer.keys[0].type == nil && answer.keys[0].memory == nil && answer.keys[0].length == nil
            )
            #expect(answer.keys[0].slot == HashSlot(key: names[0]))
            await scanner.shutDown()
        }

        @Test("asking is no use of a key, except for its length")
        func undisturbed() async throws {
            let cluster = try await QuietCluster.cluster
            let scanner = cluster.scanner()
            let sample = KeyBatch(QuietCluster.keys.prefix(6_000).map(\.name))
            _ = try await scanner.metadata(of: sample, fields: [.length])
            try await Task.sleep(for: .milliseconds(3_100))
            let others = Set(KeyField.allCases).subtracting([.length])
            for _ in 1...2 {
                let answer = try await scanner.metadata(of: sample, fields: others)
                #expect(answer.keys.allSatisfy { ($0.idle ?? .zero) >= .seconds(2) })
            }
            // The idle time comes before the length, in the same call.
            let both = try await scanner.metadata(of: sample, fields: [.idle, .length])
            #expect(both.keys.allSatisfy { ($0.idle ?? .zero) >= .seconds(2) && $0.length != nil })
            await scanner.shutDown()
        }

        @Test("a server with an LFU policy tells frequencies and refuses idle times")
        func frequencies() async throws {
            var options = LocalCluster.Options()
            options.isStandalone = true
            options.configuration = ["maxmemory-policy allkeys-lfu"]
            try await LocalCluster.with(options) { server in
                try await server.set([Array("a".utf8), Array("b".utf8)])
                let scanner = server.scanner()
                let names = KeyBatch([Array("a".utf8), Array("b".utf8)])
                let answer = try await scanner.metadata(of: names, fields: [.freq, .idle])
                #expect(answer.keys.allSatisfy { $0.frequency != nil && $0.idle == nil })
                #expect(Array(answer.refusals.keys) == [.idle])
                await scanner.shutDown()
            }
        }

        @Test("a consumer that leaves early, or is cancelled, leaves no connection and no hanging task")
        func leaving() async throws {
            let cluster = try await QuietCluster.cluster
            let scanner = cluster.scanner(named: "metadata-leaving")
            for try await batch in scanner.metadata(of: scanner.batches(), fields: [.type])
            where !batch.metadata.isEmpty {
                break
            }
            let task = Task {
                for try await _ in scanner.metadata(
                    of: scanner.batches(options: ScanOptions(maximumCallsPerSecond: 2)),
                    fields: [.type]
                ) {}
            }
            try await Task.sleep(for: .milliseconds(100))
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            await scanner.shutDown()
            try await cluster.waitForNoConnections(named: "metadata-leaving")
        }
    }

    @Suite("Unique keys")
    struct UniqueTests {
        private static let tagged = (0..<3_000).map { Array("{tag}:\($0)".utf8) }
        private static let others = (0..<6_000).map { Array("other:\($0)".utf8) }

        @Test("no key comes twice, also where its slot moves and is read again")
        func moving() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                try await cluster.set(Self.tagged + Self.others)
                let slot = KeySlot.of(Array("tag".utf8))
                let source = try await cluster.owners()[slot]
                let move = SlotMove(slot: slot, source: source, destination: (source + 1) % 3)
                let scanner = cluster.scanner()
                let batches = scanner.batches(
                    options: ScanOptions(count: 20, strategy: .scan, readAheadBytes: 1_000)
                )
                let tally = try await KeyTally(
                    of: batches.unique(),
                    afterBatches: 40,
                    from: cluster.nodes[source].nodeAddress
                ) {
                    try await cluster.carryOut(move)
                }
                #expect(tally.difference(from: Set(Self.tagged + Self.others)) == nil)
                let report = try #require(await batches.report)
                #expect(report.keysReadAgain > 0, "nothing was read again")
                #expect(report.keys > UInt64(tally.total))
                await scanner.shutDown()
            }
        }
    }
}
