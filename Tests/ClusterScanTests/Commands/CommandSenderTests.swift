import ClusterScan
import NIOCore
import Synchronization
import Testing

@Suite("Sending of commands")
struct CommandSenderTests {
    private static let noCluster = "-ERR This instance has cluster support disabled\r\n"

    private static func command(_ name: String, isRepeatable: Bool = true) -> KeyCommand {
        KeyCommand(name, key: "k".utf8, isRepeatable: isRepeatable)
    }

    @Test("a reply over the bound fails its command and nobody else's, on a real server")
    func tooLarge() async throws {
        let server = try await StandaloneServer()
        let scanner = ClusterScanner(
            seeds: [server.address],
            connection: ConnectionConfiguration(maximumReplyBytes: 10_000)
        )
        let sizes = [1, 5_000, 20_000, 1, 1_000_000, 30_000, 2]
        let keys = sizes.indices.map { "key:\($0)" }
        let sets = zip(keys, sizes).map { key, size in
            KeyCommand("SET", key: key.utf8, [[UInt8](repeating: 120, count: size)], isRepeatable: true)
        }
        let stored = try await scanner.send(sets)
        #expect(stored.allSatisfy { $0.summary == "value" })
        let replies = try await scanner.send(
            keys.map { KeyCommand("GET", key: $0.utf8, isRepeatable: true) }
        )
        for (size, reply) in zip(sizes, replies) {
            switch reply {
            case .value(let value): #expect(value.bytes?.count == size)
            case .tooLarge(let error):
                #expect(size > 10_000)
                #expect(error.message.contains("10000 bytes"))
            default: Issue.record("\(reply)")
            }
        }
        await scanner.shutDown()
    }

    @Test("a value of many megabytes goes there and back between small ones")
    func large() async throws {
        let server = try await StandaloneServer()
        let scanner = ClusterScanner(seeds: [server.address])
        let value = (0..<20_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let sets = [[1], value, [2]].enumerated().map { number, value in
            KeyCommand("SET", key: "key:\(number)".utf8, [value], isRepeatable: true)
        }
        #expect(try await scanner.send(sets).allSatisfy { $0.summary == "value" })
        let gets = (0..<3).map { KeyCommand("GET", key: "key:\($0)".utf8, isRepeatable: true) }
        let replies = try await scanner.send(gets)
        for (reply, expected) in zip(replies, [[1], value, [2]]) {
            guard case .value(let stored) = reply else {
                Issue.record("\(reply)")
                continue
            }
            #expect(stored.bytes == expected, "\(expected.count) bytes")
        }
        await scanner.shutDown()
    }

    @Test("commands behind a lost connection: repeatable ones run again, the outcome of others is unknown")
    func lost() async throws {
        let isLost = Mutex(false)
        let server = try await LoopbackServer { text in
            if text.contains("SETNAME") { return .say("+OK\r\n" + Self.noCluster) }
            if text.contains("SLOTS") { return .say(Self.noCluster + Self.noCluster) }
            let first = isLost.withLock { isLost in
                defer { isLost = true }
                return !isLost
            }
            let commands = text.count { $0 == "*" }
            return first ? .sayAndHangUp(":1\r\n") : .say(String(repeating: ":2\r\n", count: commands))
        }
        let scanner = ClusterScanner(seeds: [server.address])
        let commands = [true, true, false, true].map { Self.command("X", isRepeatable: $0) }
        let replies = try await scanner.send(commands)
        #expect(replies.map(\.summary) == ["1", "2", "unknown", "2"])
        await scanner.shutDown()
        try await server.close()
    }

    @Test("a call that is cancelled, or whose scanner is shut down, ends at once")
    func ending() async throws {
        let server = try await LoopbackServer { text in
            if text.contains("SETNAME") { return .say("+OK\r\n" + Self.noCluster) }
            if text.contains("SLOTS") { return .say(Self.noCluster + Self.noCluster) }
            return .nothing
        }
        let scanner = ClusterScanner(seeds: [server.address])
        let cancelled = Task { try await scanner.send([Self.command("X")]) }
        try await Task.sleep(for: .milliseconds(100))
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        let waiting = Task { try await scanner.send([Self.command("X")]) }
        try await Task.sleep(for: .milliseconds(100))
        await scanner.shutDown()
        let error = await #expect(throws: ClusterScanError.self) { try await waiting.value }
        #expect(error?.code == .shutDown)
        await #expect(throws: ClusterScanError.self) { try await scanner.send([Self.command("X")]) }
        try await server.close()
    }

    @Test("a wrong password and a silent address are errors of the call")
    func refusals() async throws {
        let server = try await StandaloneServer(["--requirepass", "right"])
        let stranger = ClusterScanner(
            seeds: [server.address],
            connection: ConnectionConfiguration(password: "wrong")
        )
        let error = await #expect(throws: ClusterScanError.self) {
            try await stranger.send([Self.command("GET")])
        }
        #expect(error?.code == .authenticationFailed)
        server.kill()
        let late = ClusterScanner(seeds: [server.address])
        let refusal = await #expect(throws: ClusterScanError.self) {
            try await late.send([Self.command("GET")])
        }
        #expect(refusal?.code == .unreachable)
        #expect(try await late.send([]).isEmpty)
    }
}
