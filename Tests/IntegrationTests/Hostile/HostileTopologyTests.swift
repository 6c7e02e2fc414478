import ClusterScan
import Foundation
import Synchronization
import Testing

/// Clusters that do not exist as they are described.
@Suite("Hostile topologies", .serialized, .timeLimit(.minutes(10)))
struct HostileTopologyTests {
    private static func id(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 40 - digits.utf8.count) + digits
    }

    private func run(
        slots: @escaping @Sendable (Int) -> String,
        nodes: (@Sendable (Int) -> String)? = nil
    ) async throws -> (error: ClusterScanError?, tool: MeasuredTool.Result, connections: Int) {
        try await HostileServer.with({ command, port in
            switch command {
            case "CLUSTER SLOTS": .say(slots(port))
            case "CLUSTER NODES": nodes.map { .say(HostileServer.bulk($0(port))) }
            default: nil
            }
        }) { server in
            let scanner = ClusterScanner(
                seeds: [NodeAddress(host: "127.0.0.1", port: server.port)],
                connection: ConnectionConfiguration(connectTimeout: .seconds(1), commandTimeout: .seconds(5))
            )
            var error: ClusterScanError?
            do {
                for try await _ in scanner.batches(options: ScanOptions(patience: .seconds(2))) {}
            } catch let thrown as ClusterScanError {
                error = thrown
            }
            await scanner.shutDown()
            let connections = server.connections.withLock { $0 }
            let tool = try await MeasuredTool.run(
                [
                    "keys", server.url, "--connect-timeout", "1s", "--command-timeout", "5s", "--patience",
                    "2s",
                ]
            )
            print(
                "hostile: \(tool.peakBytes >> 20) MiB, \(tool.seconds) s, \(connections) connections, "
                    + "\(tool.messages.prefix(200))"
            )
            return (error, tool, connections)
        }
    }

    private func expectRefusal(
        _ outcome: (error: ClusterScanError?, tool: MeasuredTool.Result, connections: Int),
        _ words: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let (error, tool, _) = outcome
        #expect(error?.description.contains(words) == true, "\(error as Any)", sourceLocation: sourceLocation)
        #expect((error?.description.utf8.count ?? 0) < 20_000, sourceLocation: sourceLocation)
        #expect([69, 70].contains(tool.status), "\(tool.status)", sourceLocation: sourceLocation)
        #expect(tool.messages.contains(words), "\(tool.messages.prefix(500))", sourceLocation: sourceLocation)
        #expect(tool.seconds < 30, sourceLocation: sourceLocation)
        #expect(
            tool.peakBytes < HostileReplyTests.mostForControl,
            "\(tool.peakBytes >> 20) MiB",
            sourceLocation: sourceLocation
        )
    }

    @Test("slots that are twice, reversed or out of range")
    func wrongSlots() async throws {
        let a = Self.id(1)
        for (ranges, words) in [
            ([(0, 10, a), (10, 20, a)], "slots 10 twice"), ([(0, 10, a), (0, 10, Self.id(2))], "slots 0-10"),
            ([(10, 0, a)], "range"), ([(0, 16384, a)], "range"), ([(-1, 5, a)], "range"),
        ] as [([(Int, Int, String)], String)] {
            expectRefusal(
                try await run(slots: { port in
                    HostileServer.slots(ranges.map { (first: $0.0, last: $0.1, id: $0.2, port: port) })
                }),
                words
            )
        }
    }

    @Test("a million nodes")
    func millionNodes() async throws {
        // 62 replicas of each of 16384 primaries: 70 MB, which is more than any cluster needs to describe
        // itself.
        let replica = "*3\r\n" + HostileServer.bulk("10.0.0.1") + ":1\r\n" + HostileServer.bulk(Self.id(77))
        let reply = (0..<16384).reduce(into: "*16384\r\n") { reply, slot in
            reply += "*65\r\n:\(slot)\r\n:\(slot)\r\n" + String(repeating: replica, count: 63)
        }
        expectRefusal(try await run(slots: { _ in reply }), "the reply takes more than 33554432 bytes")
    }

    @Test("as many primaries as slots, none of which is there: an error in time")
    func nobodyThere() async throws {
        let reply = HostileServer.slots(
            (0..<16384).map { (first: $0, last: $0, id: Self.id($0 + 1), port: 1) }
        )
        let outcome = try await run(slots: { _ in reply })
        #expect(outcome.error != nil)
        #expect([69, 70].contains(outcome.tool.status), "\(outcome.tool.messages.prefix(300))")
        #expect(outcome.tool.seconds < 60)
        #expect(outcome.tool.peakBytes < 512 << 20, "\(outcome.tool.peakBytes >> 20) MiB")
    }

    @Test("many nodes at one address: the others are not covered, and without their word nothing is")
    func manyAtOneAddress() async throws {
        let outcome = try await run(
            slots: { port in
                HostileServer.slots(
                    (0..<4).map {
                        (first: $0 * 4096, last: $0 * 4096 + 4095, id: Self.id($0 + 1), port: port)
                    }
                )
            },
            nodes: { port in
                (0..<4).reduce(into: "") { lines, index in
                    lines += HostileServer.nodesLine(
                        Self.id(index + 1),
                        port,
                        index == 0 ? "myself,master" : "master",
                        slots: "\(index * 4096)-\(index * 4096 + 4095)"
                    )
                }
            }
        )
        expectRefusal(outcome, "answers there, not")
        // Without the word of most primaries nothing is credited, to whichever node answers (R13).
        #expect(outcome.error?.slots.count == 16384)
        #expect(outcome.connections < 50)
    }

    @Test("one node at many addresses is listed twice")
    func oneAtManyAddresses() async throws {
        let outcome = try await run(slots: { port in
            HostileServer.slots([
                (first: 0, last: 8191, id: HostileServer.id, port: port),
                (first: 8192, last: 16383, id: HostileServer.id, port: port + 1),
            ])
        })
        // The first address counts; the node there says that it serves everything.
        #expect(outcome.error == nil && outcome.tool.status == 0)
    }

    @Test("a port of another service")
    func otherService() async throws {
        try await HostileServer.with(greeting: "220 mail.example ESMTP\r\n") { mail in
            let other = mail.port
            expectRefusal(
                try await run(slots: { port in
                    HostileServer.slots([(first: 0, last: 16383, id: Self.id(5), port: other)])
                }),
                "Protocol error"
            )
        }
    }

    @Test("contradictions and floods in CLUSTER NODES")
    func nodes() async throws {
        let good: @Sendable (Int) -> String = { port in
            HostileServer.slots([(first: 0, last: 16383, id: HostileServer.id, port: port)])
        }
        expectRefusal(
            try await run(
                slots: good,
                nodes: { port in
                    HostileServer.nodesLine(HostileServer.id, port, "myself,master", slots: "0-8191")
                        + HostileServer.nodesLine(Self.id(9), port, "myself,master", slots: "8192-16383")
                }
            ),
            "two lines about the node"
        )
        expectRefusal(
            try await run(
                slots: good,
                nodes: { port in
                    (1...100_000).reduce(into: "") { lines, index in
                        lines += HostileServer.nodesLine(Self.id(index), port, "master", slots: "5")
                    }
                }
            ),
            "a slot under two nodes"
        )
        expectRefusal(
            try await run(
                slots: good,
                nodes: { port in
                    (1...100_000).reduce(into: "") { lines, index in
                        lines += HostileServer.nodesLine(Self.id(index), port, "slave", slots: "")
                    }
                }
            ),
            "no line about the node"
        )
    }

    @Test("two nodes that send a command to each other for ever")
    func movedLoop() async throws {
        let ports = Ports()
        let script: HostileServer.Script = { command, port in
            guard command.hasPrefix("GET") || command.hasPrefix("TYPE") else { return nil }
            return .say("-MOVED 12182 127.0.0.1:\(ports.other(than: port))\r\n")
        }
        try await HostileServer.with(script) { first in
            try await HostileServer.with(script) { second in
                ports.set(first.port, second.port)
                let scanner = ClusterScanner(seeds: [NodeAddress(host: "127.0.0.1", port: first.port)])
                let replies = try await scanner.send(
                    [KeyCommand("GET", key: "foo".utf8, isRepeatable: true)],
                    options: CommandOptions(patience: .seconds(2))
                )
                guard case .unreachable(let error) = replies[0] else {
                    Issue.record("\(replies)")
                    return
                }
                #expect(error.message.contains("keeps moving"))
                await scanner.shutDown()
                let tool = try await MeasuredTool.run(["members", "foo", first.url, "--patience", "2s"])
                #expect(tool.status == 69 && tool.messages.contains("keeps moving"), "\(tool)")
                #expect(tool.seconds < 15)
            }
        }
    }

    @Test("a new address with every redirection")
    func movedElsewhere() async throws {
        let ports = Ports()
        try await HostileServer.with({ command, _ in
            command.hasPrefix("GET") ? .say("-MOVED 12182 127.1.2.3:\(1 + ports.count() % 60000)\r\n") : nil
        }) { server in
            let scanner = ClusterScanner(seeds: [NodeAddress(host: "127.0.0.1", port: server.port)])
            let command = KeyCommand("GET", key: "foo".utf8, isRepeatable: true)
            let replies = try await scanner.send(
                Array(repeating: command, count: 500),
                options: CommandOptions(patience: .seconds(2))
            )
            let failed = replies.count { if case .unreachable = $0 { true } else { false } }
            #expect(failed == 500)
            await scanner.shutDown()
        }
    }
}

private final class Ports: Sendable {
    private let state = Mutex((first: 0, second: 0, count: 0))

    func set(_ first: Int, _ second: Int) { state.withLock { ($0.first, $0.second) = (first, second) } }

    func other(than port: Int) -> Int { state.withLock { $0.first == port ? $0.second : $0.first } }

    func count() -> Int {
        state.withLock { state in
            state.count += 1
            return state.count
        }
    }
}
