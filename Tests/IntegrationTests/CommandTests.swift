import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Commands on keys")
    struct CommandTests {
        private static let names = (0..<10_000).map { Array("command:\($0)".utf8) }

        private static func commands(
            _ name: String,
            on keys: [[UInt8]] = names,
            _ arguments: String...,
            isRepeatable: Bool = true
        ) -> [KeyCommand] {
            keys.map {
                KeyCommand(name, key: $0, arguments.map { Array($0.utf8) }, isRepeatable: isRepeatable)
            }
        }

        @Test("10,000 keys on all nodes are written, read, aged and unlinked, and the replies are in order")
        func everywhere() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.password = "secret"
            try await LocalCluster.with(options) { cluster in
                let scanner = cluster.scanner()
                try await writeAndRead(scanner)
                #expect(try await cluster.keyCount() == 0)
                await scanner.shutDown()
            }
        }

        @Test("a standalone server with a database of its own is one node")
        func standalone() async throws {
            var options = LocalCluster.Options()
            options.isStandalone = true
            try await LocalCluster.with(options) { server in
                let scanner = server.scanner(database: 3)
                try await scanner.expectValues(Self.commands("SET", "v")) { $0.string == "OK" }
                #expect(try await server.keyCount() == 0, "nothing is in database 0")
                try await writeAndRead(scanner)
                await scanner.shutDown()
            }
        }

        private func writeAndRead(_ scanner: ClusterScanner) async throws {
            let sets = Self.names.map { KeyCommand("SET", key: $0, [$0], isRepeatable: true) }
            try await scanner.expectValues(sets) { $0.string == "OK" }
            var node: ClusterNode?
            for try await batch in scanner.batches() { node = batch.node }
            // Most keys are not on this node.
            let values = try await scanner.send(Self.commands("GET"), preferring: node)
            for (name, reply) in zip(Self.names, values) {
                guard case .value(.bulkString(name)) = reply else {
                    Issue.record("\(reply)")
                    break
                }
            }
            try await scanner.expectValues(Self.commands("EXPIRE", "1000")) { $0 == .integer(1) }
            try await scanner.expectValues(Self.commands("TTL")) { (900...1000).contains($0.integer ?? 0) }
            let wrong = try await scanner.send(Self.commands("LPUSH", "x", isRepeatable: false))
            for reply in wrong {
                guard case .error(let error) = reply, error.code == "WRONGTYPE" else {
                    Issue.record("\(reply)")
                    break
                }
            }
            try await scanner.expectValues(Self.commands("UNLINK")) { $0 == .integer(1) }
            try await scanner.expectValues(Self.commands("GET")) { $0 == .null }
        }

        @Test("while slots move key by key, every command runs exactly once")
        func resharding() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            try await LocalCluster.with(options) { cluster in
                let tags = (0..<8).map { "tag-\($0)" }
                let keys = tags.flatMap { tag in (0..<300).map { Array("{\(tag)}:\($0)".utf8) } }
                let owners = try await cluster.owners()
                let moves = tags.map { tag in
                    let slot = KeySlot.of(Array(tag.utf8))
                    return SlotMove(slot: slot, source: owners[slot], destination: (owners[slot] + 1) % 3)
                }
                let resharding = Task { try await Self.reshard(moves, in: cluster) }
                let scanner = cluster.scanner()
                var rounds = 0
                // Not before both kinds of redirection were met, whatever the machine is busy with.
                var (moved, asked) = (0, 0)
                while moved < 8 || asked < 100 || rounds < 20 {
                    try #require(rounds < 2_000, "MOVED \(moved) times, ASK \(asked) times")
                    rounds += 1
                    let batch = rounds
                    try await scanner.expectValues(Self.commands("INCR", on: keys, isRepeatable: false)) {
                        $0 == .integer(Int64(batch))
                    }
                    moved = try await cluster.errors("MOVED")
                    asked = try await cluster.errors("ASK")
                }
                resharding.cancel()
                do {
                    try await resharding.value
                } catch is CancellationError {
                    // It was between two steps.
                }
                await scanner.shutDown()
            }
        }

        /// Moves slots there and back until the task is cancelled, a few keys at a time.
        private static func reshard(_ moves: [SlotMove], in cluster: LocalCluster) async throws {
            var moves = moves
            while !Task.isCancelled {
                for move in moves where !Task.isCancelled {
                    try await cluster.begin(move)
                    for _ in 0..<6 {
                        try await cluster.moveKeys(move, atMost: 50)
                        try await Task.sleep(for: .milliseconds(5))
                    }
                    try await cluster.moveKeys(move)
                    try await cluster.end(move)
                }
                try await cluster.waitUntilAgreed()
                moves = moves.map { SlotMove(slot: $0.slot, source: $0.destination, destination: $0.source) }
            }
        }

        @Test("a primary that is killed costs no repeatable command, and of others only those under way")
        func failover() async throws {
            var options = LocalCluster.Options()
            options.nodeTimeout = .milliseconds(1_500)
            try await LocalCluster.with(options) { cluster in
                let scanner = cluster.scanner()
                try await scanner.expectValues(Self.commands("SET", "v")) { $0.string == "OK" }
                try await cluster.waitForReplicas()
                let killing = Task {
                    try await Task.sleep(for: .milliseconds(50))
                    try await cluster.kill(1)
                }
                let start = ContinuousClock.now
                var unknown = 0
                while ContinuousClock.now - start < .seconds(5) {
                    try await scanner.expectValues(Self.commands("PEXPIREAT", "99999999999999")) {
                        $0 == .integer(1)
                    }
                    try await scanner.expectValues(Self.commands("GET")) { $0.string == "v" }
                    for reply in try await scanner.send(Self.commands("PERSIST", isRepeatable: false)) {
                        switch reply {
                        case .value: break
                        case .outcomeUnknown: unknown += 1
                        default: Issue.record("\(reply)")
                        }
                    }
                }
                try await killing.value
                #expect(unknown <= 1000, "no more than are under way at once")
                #expect(try await cluster.command(4, "ROLE").array?.first?.text == "master")
                await scanner.shutDown()
            }
        }

        @Test("what a node that is gone for good would have answered is said after patience, and no more")
        func gone() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.nodeTimeout = .milliseconds(1_500)
            options.configuration = ["cluster-require-full-coverage no"]
            try await LocalCluster.with(options) { cluster in
                let scanner = cluster.scanner()
                try await scanner.expectValues(Self.commands("SET", "v")) { $0.string == "OK" }
                let owners = try await cluster.owners()
                try await cluster.kill(1)
                let options = CommandOptions(patience: .seconds(2))
                let start = ContinuousClock.now
                let replies = try await scanner.send(Self.commands("GET"), options: options)
                #expect(ContinuousClock.now - start < .seconds(8))
                for (name, reply) in zip(Self.names, replies) {
                    switch reply {
                    case .value(let value):
                        #expect(value.string == "v" && owners[KeySlot.of(name)] != 1)
                    case .unreachable(let error):
                        #expect(error.code == .unreachable || error.code == .slotsNotCovered)
                        #expect(owners[KeySlot.of(name)] == 1)
                    default: Issue.record("\(reply)")
                    }
                }
                await scanner.shutDown()
            }
        }
    }
}

extension ClusterScanner {
    /// Sends commands and expects every reply to be a value with a property.
    func expectValues(
        _ commands: [KeyCommand],
        _ isRight: (RESPValue) -> Bool
    ) async throws {
        let replies = try await send(commands)
        #expect(replies.count == commands.count)
        let wrong = replies.filter { reply in
            guard case .value(let value) = reply else { return true }
            return !isRight(value)
        }
        #expect(wrong.isEmpty, "\(wrong.count) replies, such as \(String(describing: wrong.first))")
    }
}

extension LocalCluster {
    /// How often the nodes have answered with an error of this code.
    fileprivate func errors(_ code: String) async throws -> Int {
        var sum = 0
        for node in nodes.indices {
            let info = try await command(node, "INFO", "errorstats").text ?? ""
            let line = info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("errorstat_\(code):") }
            sum += line.flatMap { $0.split(separator: "=").last }.flatMap { Int($0) } ?? 0
        }
        return sum
    }
}
