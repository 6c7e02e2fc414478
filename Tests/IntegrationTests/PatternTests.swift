import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Patterns that imply slots")
    struct PatternTests {
        @Test(
            "a pattern that implies one slot is answered by one node, and of that node only the slot is read",
            arguments: [
                "{big}:*", "{big}:item:1?7", "\\{big}*", "[{]big}*", "{big}:item:42", "session:no-such-key",
            ]
        )
        func oneSlot(text: String) async throws {
            let cluster = try await QuietCluster.cluster
            let pattern = GlobPattern(text)
            let slot = try #require(pattern.impliedSlots.slots.first { _ in true })
            #expect(pattern.impliedSlots.slots.count == 1)
            let expected = try await QuietCluster.names(matching: pattern.bytes)
            let owner = try await cluster.owners()[Int(slot.rawValue)]
            for strategy in [ScanStrategy.auto, .slots] {
                let options = ScanOptions(strategy: strategy)
                let before = try await cluster.keyReads(at: owner)
                let read = try await cluster.nodesRead {
                    let tally = try await KeyTally(
                        of: cluster.scanner().batches(match: pattern, options: options)
                    )
                    #expect(tally.difference(from: expected) == nil)
                }
                #expect(read == [owner])
                let after = try await cluster.keyReads(at: owner)
                #expect(after.scans == before.scans)
                #expect(after.total - before.total <= 2, "the size of the slot, and its keys if it has any")
            }
            let read = try await cluster.nodesRead {
                let scanner = cluster.scanner()
                let tally = try await KeyTally(pagesOf: scanner, match: pattern)
                #expect(tally.difference(from: expected) == nil)
                await scanner.shutDown()
            }
            #expect(read == [owner])
            let scanned = try await cluster.nodesRead {
                let options = ScanOptions(strategy: .scan)
                let tally = try await KeyTally(
                    of: cluster.scanner().batches(match: pattern, options: options)
                )
                #expect(tally.difference(from: expected) == nil)
            }
            #expect(scanned == [owner])
        }

        @Test("a pattern that implies a few slots is answered by their owners only")
        func fewSlots() async throws {
            let cluster = try await QuietCluster.cluster
            let owners = try await cluster.owners()
            for text in [
                "{user:10000[23]3}:*", "order:{2016-0[1-3]}:*", "{b[i]g}*", "h[ae]llo", "{2016-0[12]}",
            ] {
                let pattern = GlobPattern(text)
                let slots = pattern.impliedSlots.slots
                #expect((1...3).contains(slots.count))
                let expected = try await QuietCluster.names(matching: pattern.bytes)
                let read = try await cluster.nodesRead {
                    let tally = try await KeyTally(of: cluster.scanner().batches(match: pattern))
                    #expect(tally.difference(from: expected) == nil)
                }
                #expect(read == Set(slots.map { owners[Int($0.rawValue)] }))
            }
        }

        /// Among them those that well-known clients send to one wrong node.
        private static let patterns = [
            "*", "**", "?*", "", "{user:10000[23]*}*", "{user:1000[012]2?}*", "{b*}:item:1", "*{big}*",
            "*{big}:item:7",
            "{big}:item:*", "{bi[^x]}:*", "{[a-c]ig}:item:9?", "[u{]ser:*", "?big}:item:5", "user:10000*",
            "[^u{]*",
            "[a-f]*", "*[0-9]?page=1*", "*\\**", "\\}*", "{}*", "{{*", "{never closed *", "*\n*", "*\\ ",
            "[z-a]*",
            "[", "[]", "session:[0-9a-f][0-9a-f]0*", "order:{20[12]?-1[0-2]}:1*", "order:{*}:1000[6-7]*",
            "cache:*=price",
        ]

        @Test("for every pattern the keys are those that the servers' own matcher finds")
        func sameAsServers() async throws {
            let scanner = try await QuietCluster.cluster.scanner()
            var found = 0
            for text in Self.patterns {
                let pattern = GlobPattern(text)
                let expected = try await QuietCluster.names(matching: pattern.bytes)
                found += expected.isEmpty ? 0 : 1
                let tally = try await KeyTally(of: scanner.batches(match: pattern))
                #expect(tally.difference(from: expected) == nil, "\(text)")
                // What snapshots are filtered with.
                let brute = QuietCluster.names.filter { pattern.matches($0) }
                #expect(brute == expected, "\(text)")
            }
            #expect(found > 24)
        }

        @Test("a pattern that no key can match asks no node for keys")
        func impossible() async throws {
            let cluster = try await QuietCluster.cluster
            let read = try await cluster.nodesRead {
                let scanner = cluster.scanner()
                let tally = try await KeyTally(of: scanner.batches(match: "user:[]*"))
                #expect(tally.total == 0)
                let page = try await scanner.scan(.start, match: "user:[]*")
                #expect(page.cursor.isFinished)
                await scanner.shutDown()
            }
            #expect(read.isEmpty)
        }
    }
}
