import ClusterScan
import Testing

@Suite("Routing of commands")
struct CommandRouterTests {
    private typealias Script = RouterScript
    private static let patience = CommandOptions(patience: .seconds(20))

    private static func slot(_ command: Int) -> HashSlot { HashSlot(key: "key:\(command)") }

    private static func owner(_ command: Int) -> String {
        ["a", "b", "c"][Int(slot(command).rawValue) / 5461]
    }

    private static func moved(_ command: Int, to node: String) -> Script.Answer {
        .error("MOVED \(slot(command)) \(node):1")
    }

    @Test("every node gets its commands in one write, and the replies stand in the order of the commands")
    func grouping() throws {
        var script = Script(Script.reads(12)) { _ in .value }
        try script.run()
        #expect(script.writes.count == 3)
        for write in script.writes {
            let words = write.split(separator: " ")
            #expect(words.dropFirst().allSatisfy { Self.owner(Int($0) ?? -1) == words[0] }, "\(write)")
        }
        #expect(script.router.replies.map(\.summary) == (0..<12).map(String.init))
        #expect(script.topologyLoads == 0)
    }

    @Test("a preferred node is asked for all of it in one write, and followed where it points")
    func preferred() throws {
        var script = Script(Script.reads(12), preferring: "b") { attempt in
            attempt.node == Self.owner(attempt.command)
                ? .value : Self.moved(attempt.command, to: Self.owner(attempt.command))
        }
        try script.run()
        #expect(script.writes.first == "b 0 1 2 3 4 5 6 7 8 9 10 11")
        #expect(script.writes.count == 3)
        #expect(script.router.replies.map(\.summary) == (0..<12).map(String.init))
        #expect(script.topologyLoads == 0, "what the redirections said was known")
    }

    @Test("MOVED is followed to the named node, and the topology is read once, not once for every key")
    func moved() throws {
        let now = Script.owners(["d": 0...16383])
        var script = Script(Script.reads(500)) { attempt in
            attempt.node == "d" ? .value : Self.moved(attempt.command, to: "d")
        }
        script.topology = { now }
        try script.run()
        #expect(script.router.replies.map(\.summary) == (0..<500).map(String.init))
        #expect(script.topologyLoads <= 1)
        #expect(script.writes.count < 20)
        #expect(script.now == .zero, "a redirection is no reason to wait")
    }

    @Test("a command that waits for a node goes to the owner that another command was told of")
    func movedWhileWaiting() throws {
        let options = CommandOptions(maximumInFlight: 1)
        let commands = (0..<3).map { _ in KeyCommand("GET", key: "key:0".utf8, isRepeatable: true) }
        let owner = Self.owner(0)
        var script = Script(commands, options: options) { attempt in
            attempt.node == "d" ? .value : Self.moved(0, to: "d")
        }
        script.topology = { nil }
        try script.run()
        #expect(script.writes == ["\(owner) 0", "d 0", "d 1", "d 2"])
    }

    @Test("ASK is followed once with ASKING, and tells nothing of the slot's owner")
    func ask() throws {
        let commands = (0..<2).map { _ in KeyCommand("GET", key: "key:0".utf8, isRepeatable: false) }
        let owner = Self.owner(0)
        var script = Script(commands, options: CommandOptions(maximumInFlight: 1)) { attempt in
            if attempt.command == 1 { return .value }
            return attempt.isAsking ? .value : .error("ASK \(Self.slot(0)) d:1")
        }
        try script.run()
        #expect(Set(script.writes) == ["\(owner) 0", "\(owner) 1", "d ?0"])
        #expect(script.topologyLoads == 0)
        #expect(script.runs == [0: 1, 1: 1])
    }

    @Test("a redirection of another slot than the key's is followed for this command only")
    func foreignSlot() throws {
        var script = Script(Script.reads(2)) { attempt in
            attempt.command == 0 && attempt.node != "d" ? .error("MOVED 1 d:1") : .value
        }
        try script.run()
        #expect(script.writes.contains("d 0"))
        #expect(script.router.replies.map(\.summary) == ["0", "1"])
    }

    @Test("nodes that point at each other are asked a bounded number of times")
    func redirectionLoop() throws {
        var script = Script(Script.reads(1), options: Self.patience) { attempt in
            Self.moved(0, to: attempt.node == "a" ? "b" : "a")
        }
        try script.run()
        #expect(script.writes.count < 100)
        #expect(script.topologyLoads < 100)
        #expect(script.now >= .seconds(20) && script.now < .seconds(25))
        #expect(script.router.replies[0].summary == "unreachable: the slot of the key keeps moving")
    }

    @Test(
        "a refusal that passes is waited for, by the commands it met and no others",
        arguments: [
            "TRYAGAIN Multiple keys request during rehashing of slot", "CLUSTERDOWN The cluster is down",
            "MASTERDOWN Link with MASTER is down", "LOADING Redis is loading the dataset in memory",
            "BUSY Redis is busy running a script", "READONLY You can't write against a read only replica.",
            "OOM command not allowed when used memory > 'maxmemory'.",
            "NOREPLICAS Not enough good replicas to write.",
            "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
        ]
    )
    func waiting(message: String) throws {
        var refusals = 3
        var script = Script(Script.writes(12)) { attempt in
            guard attempt.command == 5, refusals > 0 else { return .value }
            refusals -= 1
            return .error(message)
        }
        try script.run()
        #expect(script.router.replies.map(\.summary) == (0..<12).map(String.init))
        #expect(script.writes.count == 3 + 3)
        #expect(script.now > .milliseconds(100) && script.now < .seconds(1))
        #expect(script.runs.values.allSatisfy { $0 == 1 })
    }

    @Test("a refusal that does not pass ends with patience; those it did not meet are not held up by it")
    func patience() throws {
        var script = Script(Script.reads(12), options: Self.patience) { attempt in
            attempt.command == 5 ? .error("LOADING wait") : .value
        }
        try script.run()
        let expected = (0..<12).map { $0 == 5 ? "unreachable: LOADING wait" : "\($0)" }
        #expect(script.router.replies.map(\.summary) == expected)
        #expect(script.now >= .seconds(20) && script.now < .seconds(25))
        #expect(script.writes.count < 40)
    }

    @Test("a node that refuses all work is asked again with one command, not with all of them")
    func refusing() throws {
        let commands = (0..<2000).map { _ in KeyCommand("GET", key: "k".utf8, isRepeatable: true) }
        var attempts = 0
        var probes = 0
        var script = Script(commands) { _ in
            attempts += 1
            if attempts > 256 { probes += 1 }
            return probes > 10 ? .value : .error("LOADING wait")
        }
        try script.run()
        #expect(script.router.replies.allSatisfy { $0.summary != "LOADING wait" })
        #expect(attempts == 256 + 10 + 2000)
        #expect(script.now > .seconds(3))

        attempts = 0
        script = Script(commands, options: Self.patience) { _ in
            attempts += 1
            return .error("CLUSTERDOWN The cluster is down")
        }
        try script.run()
        #expect(script.router.replies.allSatisfy { $0.summary.hasPrefix("unreachable: CLUSTERDOWN") })
        #expect(attempts < 300)
        #expect(script.now >= .seconds(20) && script.now < .seconds(30))
    }

    @Test("a server that takes no writes is waited for, and then given up for all keys alike")
    func refusingWrites() throws {
        var script = Script(Script.writes(12), options: Self.patience) { _ in .error("OOM no memory") }
        try script.run()
        for reply in script.router.replies {
            guard case .unreachable(let error) = reply else {
                Issue.record("\(reply)")
                continue
            }
            #expect(error.code == .writesRefused && error.message == "OOM no memory")
        }
        #expect(script.now >= .seconds(20) && script.now < .seconds(30))
    }

    @Test(
        "any other error is the reply to its command",
        arguments: [
            "ERR unknown command", "WRONGTYPE no", "NOPERM no", "NOAUTH no", "BUSYKEY there", "",
        ]
    )
    func errors(message: String) throws {
        var script = Script(Script.writes(2)) { $0.command == 0 ? .error(message) : .value }
        try script.run()
        #expect(script.router.replies.map(\.summary) == [message, "1"])
        #expect(script.now == .zero)
    }

    @Test("when a connection is lost, repeatable commands run again and the outcome of others is unknown")
    func lost() throws {
        let commands = (0..<4).map {
            KeyCommand("X", key: "key:0".utf8, isRepeatable: $0.isMultiple(of: 2))
        }
        var isLost = false
        var script = Script(commands) { attempt in
            guard attempt.command == 1, !isLost else { return .value }
            isLost = true
            return .lost(afterRunning: true)
        }
        try script.run()
        #expect(script.router.replies.map(\.summary) == ["0", "unknown", "2", "unknown"])
        #expect(script.runs == [0: 1, 1: 1, 2: 1])
    }

    @Test("commands that were not written are written later, repeatable or not")
    func notConnected() throws {
        var failures = 2
        var script = Script(Script.writes(12)) { _ in .value }
        script.connectionFailure = { node in
            guard node == "b", failures > 0 else { return nil }
            failures -= 1
            return ScanFailure(.rediscover, .unreachable, "refused")
        }
        try script.run()
        #expect(script.router.replies.map(\.summary) == (0..<12).map(String.init))
        #expect(script.topologyLoads > 0)
    }

    @Test("the slots of a node that was replaced go to the new one")
    func replaced() throws {
        var script = Script(Script.writes(12)) { _ in .value }
        script.connectionFailure = { node in
            node == "b" ? ScanFailure(.rediscover, .unreachable, "refused") : nil
        }
        script.topology = { Script.owners(["a": 0...5460, "d": 5461...10922, "c": 10923...16383]) }
        try script.run()
        #expect(script.router.replies.map(\.summary) == (0..<12).map(String.init))
        #expect(script.writes.contains { $0.hasPrefix("d ") })
    }

    @Test("a slot that nobody serves is waited for, and named in the end")
    func unserved() throws {
        let nobody = Script.owners([:])
        var script = Script(Script.reads(1), owners: nobody, options: Self.patience) { _ in .value }
        try script.run()
        guard case .unreachable(let error) = script.router.replies[0] else {
            Issue.record("\(script.router.replies[0])")
            return
        }
        #expect(error.code == .slotsNotCovered)
        #expect(error.slots == SlotSet(Self.slot(0)...Self.slot(0)))
    }

    @Test("a wrong password fails the call")
    func password() throws {
        var script = Script(Script.reads(12)) { _ in .value }
        script.connectionFailure = { _ in ScanFailure(.giveUp, .authenticationFailed, "no") }
        try script.run()
        #expect(script.router.failure?.code == .authenticationFailed)
    }

    @Test("a reply that is too large fails its command, and the commands behind it go on at once")
    func tooLarge() throws {
        let commands = (0..<6).map { KeyCommand("X", key: "key:0".utf8, isRepeatable: $0 != 4) }
        var script = Script(commands) { $0.command == 1 || $0.command == 3 ? .tooLarge : .value }
        try script.run()
        #expect(
            script.router.replies.map(\.summary) == ["0", "too large", "2", "too large", "unknown", "5"]
        )
        #expect(script.now == .zero)
    }

    @Test(
        "a command over which the server closes every connection is found among its neighbours and named",
        arguments: [0, 1, 700, 1999],
        [true, false]
    )
    func closedOver(culprit: Int, losesRepliesBefore: Bool) throws {
        let commands = (0..<2000).map { _ in KeyCommand("GET", key: "k".utf8, isRepeatable: true) }
        var script = Script(commands, options: CommandOptions(patience: .seconds(30))) { attempt in
            attempt.command == culprit ? .lost(afterRunning: true) : .value
        }
        script.losesRepliesBefore = losesRepliesBefore
        try script.run()
        for (number, reply) in script.router.replies.enumerated() {
            #expect(reply.summary == (number == culprit ? "too large" : "\(number)"))
        }
        #expect(script.now < .seconds(5))
        #expect(script.writes.count < 60)
    }

    @Test("a server that closes connections now and then, over no command in particular, loses none")
    func closesNowAndThen() throws {
        let commands = (0..<2000).map { _ in KeyCommand("GET", key: "k".utf8, isRepeatable: true) }
        var answers = 0
        var script = Script(commands) { _ in
            answers += 1
            return answers % 450 == 0 ? .lost(afterRunning: false) : .value
        }
        try script.run()
        #expect(script.router.replies.map(\.summary) == (0..<2000).map(String.init))
    }

    @Test("no more commands are under way to a node than allowed, and they travel in few writes")
    func window() throws {
        let commands = (0..<1000).map { _ in KeyCommand("GET", key: "k".utf8, isRepeatable: true) }
        var script = Script(commands, options: CommandOptions(maximumInFlight: 100)) { _ in .value }
        try script.run()
        let sizes = script.writes.map { $0.split(separator: " ").count - 1 }
        #expect(sizes.reduce(0, +) == 1000)
        #expect(sizes.allSatisfy { $0 <= 100 })
        #expect(sizes.count <= 20)
    }

    @Test("large commands are under way one at a time, beyond 4 MiB")
    func bytes() throws {
        let payload = [UInt8](repeating: 1, count: 3 << 20)
        let commands = (0..<5).map { _ in
            KeyCommand("RESTORE", key: "k".utf8, [[48], payload], isRepeatable: true)
        }
        var script = Script(commands) { _ in .value }
        try script.run()
        #expect(script.writes.map { $0.split(separator: " ").count - 1 } == [2, 2, 1])
    }

    @Test(
        "whatever nodes do, every command has one reply, and what may run once runs once",
        arguments: 0..<300
    )
    func anything(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let commands = (0..<60).map { number in
            KeyCommand("X", key: "key:\(number % 40)".utf8, isRepeatable: number % 3 == 0)
        }
        let trouble = Double.random(in: 0...0.9, using: &random)
        let names = ["a", "b", "c", "d"]
        let inFlight = Int.random(in: 1...50, using: &random)
        var script = Script(
            commands,
            preferring: Bool.random(using: &random) ? "b" : nil,
            options: CommandOptions(patience: .seconds(5), maximumInFlight: inFlight),
            seed: seed
        ) { attempt in
            guard Double.random(in: 0..<1, using: &random) < trouble else { return .value }
            let node = names.randomElement(using: &random) ?? "a"
            let slot = Bool.random(using: &random) ? "\(commands[attempt.command].slot)" : "7"
            return switch Int.random(in: 0..<10, using: &random) {
            case 0, 1: .error("MOVED \(slot) \(node):1")
            case 2, 3: .error("ASK \(slot) \(node):1")
            case 4: .error(["TRYAGAIN", "LOADING"].randomElement(using: &random) ?? "")
            case 5: .error("CLUSTERDOWN")
            case 6: .error("MOVED nonsense")
            case 7: .error("ERR no")
            case 8: .tooLarge
            default: .lost(afterRunning: Bool.random(using: &random))
            }
        }
        var other = SplitMix64(state: ~seed)
        script.connectionFailure = { _ in
            Double.random(in: 0..<1, using: &other) < trouble / 2
                ? ScanFailure(.rediscover, .unreachable, "refused") : nil
        }
        var third = SplitMix64(state: seed &* 3)
        script.topology = {
            switch Int.random(in: 0..<3, using: &third) {
            case 0: nil
            case 1: Script.owners(["a": 0...9000, "d": 9001...16383])
            default: Script.thirds
            }
        }
        try script.run()
        #expect(script.router.isFinished)
        for (number, reply) in script.router.replies.enumerated() {
            let runs = script.runs[number] ?? 0
            if !commands[number].isRepeatable { #expect(runs <= 1) }
            switch reply {
            case .value(let value):
                #expect(value == .integer(Int64(number)))
                #expect(runs > 0)
            case .tooLarge: #expect(runs > 0 || commands[number].isRepeatable)
            case .outcomeUnknown: #expect(!commands[number].isRepeatable)
            case .error, .unreachable: #expect(commands[number].isRepeatable || runs == 0)
            }
        }
    }
}
