import ClusterScan
import Foundation
import NIOCore
import Synchronization
import Testing

/// Whatever comes instead of a reply, over a real connection, to the library and to the tool: an error in
/// time, and no more memory than `Docs/HostileInput.md` says.
@Suite("Hostile replies", .serialized, .timeLimit(.minutes(10)))
struct HostileReplyTests {
    /// What the tool may take while it learns about a cluster, and while it reads from it, in bytes.
    static let mostForControl = 192 << 20
    static let mostForData = 1280 << 20

    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var answer: HostileServer.Answer
        var testDescription: String { name }
    }

    /// What no reply looks like.
    static let malformed: [Case] = [
        Case(name: "an announcement of 512 MB, and nothing", answer: .say("$536870912\r\n")),
        Case(name: "an announcement of 2^63 bytes", answer: .say("$9223372036854775807\r\n")),
        Case(name: "an announcement of 10^9 values", answer: .say("*1000000000\r\n")),
        Case(name: "2 million values without end", answer: .flood("*2000000\r\n", ":1\r\n")),
        Case(name: "arrays in arrays without end", answer: .flood("", "*1\r\n")),
        Case(name: "wide arrays in arrays", answer: .flood("*8\r\n", "*8\r\n")),
        Case(name: "a line without end", answer: .flood("+", "a")),
        Case(name: "an error without end", answer: .flood("-ERR ", "a")),
        Case(name: "a number without end", answer: .flood(":", "1")),
        Case(name: "a length without end", answer: .flood("$", "0")),
        Case(name: "words without end", answer: .flood("", "hello ")),
        Case(name: "zeros without end", answer: .flood("", "\u{0}")),
        Case(name: "empty lines without end", answer: .flood("", "\r\n")),
        Case(name: "a negative length", answer: .say("$-5\r\n")),
        Case(name: "a negative number of values", answer: .say("*-7\r\n")),
        Case(name: "a length of more than 64 bits", answer: .say("$99999999999999999999\r\n")),
        Case(name: "a number of more than 64 bits", answer: .say(":99999999999999999999\r\n")),
        Case(name: "a string longer than announced", answer: .say("$3\r\nabcdef\r\n")),
        Case(name: "a web page", answer: .say("HTTP/1.1 400 Bad Request\r\n\r\n<html>")),
        Case(name: "RESP3", answer: .say("%1\r\n+a\r\n+b\r\n")),
        Case(name: "replies nobody asked for", answer: .flood("", "+OK\r\n")),
        Case(name: "keys nobody asked for", answer: .flood("", "*1\r\n$3\r\nkey\r\n")),
        Case(
            name: "a byte now and then",
            answer: .drip(String(repeating: "*1\r\n", count: 99), every: .milliseconds(100))
        ),
        Case(name: "nothing", answer: .nothing),
        Case(name: "half a reply", answer: .say("*2\r\n$1\r\n0\r\n*2\r\n$3\r\nkey\r\n")),
        Case(name: "OK", answer: .say("+OK\r\n")),
        Case(name: "a number", answer: .say(":5\r\n")),
        Case(name: "null", answer: .say("*-1\r\n")),
        Case(name: "arrays of nothing", answer: .say("*2\r\n*0\r\n*0\r\n")),
        Case(
            name: "an error that speaks to terminals",
            answer: .say("-ERR \u{1B}]0;owned\u{7}\u{9B}31m\u{202E}\r\n")
        ),
    ]

    private static let quick = ["--connect-timeout", "1s", "--command-timeout", "1s", "--patience", "2s"]

    private static let configuration = ConnectionConfiguration(
        connectTimeout: .seconds(1),
        commandTimeout: .seconds(1)
    )

    private func scan(_ server: HostileServer) async throws {
        let scanner = ClusterScanner(
            seeds: [NodeAddress(host: "127.0.0.1", port: server.port)],
            connection: Self.configuration
        )
        let options = ScanOptions(strategy: .scan, patience: .seconds(2))
        var thrown: (any Error)?
        do {
            for try await _ in scanner.batches(options: options) {}
        } catch {
            thrown = error
        }
        await scanner.shutDown()
        if let thrown { throw thrown }
    }

    /// Runs library and tool against a server.
    private func expectRefusal(
        _ server: HostileServer,
        atMost bytes: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let start = ContinuousClock.now
        let error = await #expect(throws: ClusterScanError.self, sourceLocation: sourceLocation) {
            try await scan(server)
        }
        #expect(ContinuousClock.now - start < .seconds(12), sourceLocation: sourceLocation)
        let message = error?.description ?? ""
        #expect(!message.isEmpty && message.utf8.count < 2000, "\(message)", sourceLocation: sourceLocation)

        let result = try await MeasuredTool.run(
            ["keys", server.url, "--strategy", "scan"] + Self.quick
        )
        #expect([64, 69, 70, 77].contains(result.status), "\(result)", sourceLocation: sourceLocation)
        #expect(result.seconds < 12, sourceLocation: sourceLocation)
        #expect(result.peakBytes < bytes, "\(result.peakBytes >> 20) MiB", sourceLocation: sourceLocation)
        #expect(result.messages.contains("Error:"), "\(result.messages)", sourceLocation: sourceLocation)
        #expect(result.messages.utf8.count < 4000, sourceLocation: sourceLocation)
        let isHarmless = !result.messages.unicodeScalars.contains {
            $0 != "\n" && ($0.value < 0x20 || (0x7F...0x9F).contains($0.value) || $0.value == 0x202E)
        }
        #expect(isHarmless, "\(result.messages.debugDescription)", sourceLocation: sourceLocation)
        print("hostile: \(result.peakBytes >> 20) MiB, \(result.seconds) s, \(result.messages.prefix(200))")
    }

    @Test("instead of a topology", arguments: malformed)
    func topology(hostile: Case) async throws {
        try await HostileServer.with({ command, _ in command == "CLUSTER SLOTS" ? hostile.answer : nil }) {
            try await expectRefusal($0, atMost: Self.mostForControl)
        }
    }

    @Test("instead of what a node says about itself", arguments: malformed)
    func status(hostile: Case) async throws {
        try await HostileServer.with({ command, _ in command == "CLUSTER NODES" ? hostile.answer : nil }) {
            try await expectRefusal($0, atMost: Self.mostForControl)
        }
    }

    @Test("instead of a page of keys", arguments: malformed)
    func page(hostile: Case) async throws {
        try await HostileServer.with({ command, _ in command.hasPrefix("SCAN") ? hostile.answer : nil }) {
            try await expectRefusal($0, atMost: Self.mostForData)
        }
    }

    @Test(
        "before anything was asked",
        arguments: [
            "SSH-2.0-OpenSSH_9.2p1 Debian\r\n", "220 mail.example ESMTP\r\n",
            "HTTP/1.1 400 Bad Request\r\n\r\n",
            "-ERR max number of clients reached\r\n", "-DENIED Redis is running in protected mode\r\n",
            "$536870912\r\n", "*1000000000\r\n", "\u{0}\u{0}\u{0}\u{0}", "+OK\r\n+OK\r\n+OK\r\n",
        ]
    )
    func greeting(text: String) async throws {
        try await HostileServer.with(greeting: text) {
            try await expectRefusal($0, atMost: Self.mostForControl)
        }
    }

    @Test("one key of 512 MB is a key, and 600 MB of keys in one page are refused")
    func hugeKeys() async throws {
        let piece = String(repeating: "k", count: 1 << 20)
        let page = "*2\r\n$1\r\n0\r\n*600\r\n"
        try await HostileServer.with({ command, _ in
            guard command.hasPrefix("SCAN") else { return nil }
            return .flood(page, "$1048576\r\n" + piece + "\r\n")
        }) { server in
            try await expectRefusal(server, atMost: Self.mostForData)
        }
        let whole = 512 << 20
        try await HostileServer.with({ command, _ in
            guard command.hasPrefix("SCAN") else { return nil }
            return .flood("*2\r\n$1\r\n0\r\n*1\r\n$\(whole)\r\n", piece, times: 512)
        }) { server in
            // The end of the line never comes.
            try await expectRefusal(server, atMost: Self.mostForData)
        }
    }

    @Test("a cursor that stays, or goes round, is an error, and what was read before it is handed out")
    func cursors() async throws {
        for cycle in [["5"], ["7", "9"], (1...50).map { String($0 * 3) }] {
            let position = Position()
            try await HostileServer.with({ command, _ in
                guard command.hasPrefix("SCAN") else { return nil }
                return .say(HostileServer.page(cycle[position.next() % cycle.count], ["key"]))
            }) { server in
                let error = await #expect(throws: ClusterScanError.self) { try await scan(server) }
                #expect(error?.code == .protocolViolation)
                #expect(
                    error?.message.contains("cursor has come back") == true,
                    "\(String(describing: error))"
                )
                #expect(position.next() < 8 * cycle.count + 8)
            }
        }
    }

    private final class Position: Sendable {
        private let value = Mutex(0)

        func next() -> Int {
            value.withLock { value in
                value += 1
                return value - 1
            }
        }
    }

    @Test("keys of slots that a node does not serve are not returned, and the scan ends")
    func foreignKeys() async throws {
        let other = String(repeating: "c", count: 40)
        try await HostileServer.with({ command, port in
            let (low, high) = (HostileServer.id, other)
            switch command {
            case "CLUSTER SLOTS": return .say(HostileServer.slots([(0, 16383, low, port)]))
            case "CLUSTER NODES":
                return .say(
                    HostileServer.bulk(
                        HostileServer.nodesLine(low, port, "myself,master", slots: "0-100 200-16383")
                            + HostileServer.nodesLine(high, port, "master", slots: "101-199")
                    )
                )
            default: return nil
            }
        }) { server in
            let scanner = ClusterScanner(seeds: [NodeAddress(host: "127.0.0.1", port: server.port)])
            let options = ScanOptions(strategy: .scan, patience: .seconds(1), allowsUncoveredSlots: true)
            var slots = SlotSet()
            for try await batch in scanner.batches(options: options) {
                for key in batch.keys { slots.insert(HashSlot(key: key.bytes)) }
            }
            await scanner.shutDown()
            let served = HashSlot(unchecked: 101)...HashSlot(unchecked: 199)
            #expect(slots.isDisjoint(with: SlotSet(served)))
        }
    }

    @Test(
        "snapshots of more keys than asked for, of other slots, and negative sizes are errors",
        arguments: [":-1\r\n", ":-9223372036854775808\r\n", ":9223372036854775807\r\n", ":3\r\n", ":2\r\n"]
    )
    func snapshots(size: String) async throws {
        try await HostileServer.with({ command, _ in
            if command.hasPrefix("CLUSTER COUNTKEYSINSLOT") { return .say(size) }
            if command.hasPrefix("CLUSTER GETKEYSINSLOT") {
                let count = size == ":2\r\n" ? 200_000 : 1
                return .say("*\(count)\r\n" + String(repeating: "$3\r\nkey\r\n", count: count))
            }
            return nil
        }) { server in
            let scanner = ClusterScanner(seeds: [NodeAddress(host: "127.0.0.1", port: server.port)])
            let options = ScanOptions(strategy: .slots, patience: .seconds(2))
            var keys = 0
            do {
                for try await batch in scanner.batches(options: options) { keys += batch.keys.count }
                // What is said to be too large for a snapshot is read with SCAN.
                #expect(size == ":9223372036854775807\r\n" && keys == 2)
            } catch let error as ClusterScanError {
                #expect(error.code == .protocolViolation, "\(error)")
            }
            await scanner.shutDown()
        }
    }
}
