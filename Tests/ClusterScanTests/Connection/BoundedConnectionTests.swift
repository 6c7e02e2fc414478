import ClusterScan
import Testing

@Suite("Bounds of replies on a connection")
struct BoundedConnectionTests {
    @Test("a node that tells too much about itself closes the connection, and a page of that size does not")
    func byQuestion() async throws {
        let reply = "*2\r\n$1\r\n0\r\n*1\r\n$40000000\r\n"
        let (harness, connection) = try await ConnectionHarness.open()
        let journal = Journal()
        try await harness.onLoop {
            connection.send(Command("SCAN", "0"), limit: .data) { journal.note($0) }
        }
        _ = try await harness.sent()
        try await harness.receive(reply)
        #expect(journal.entries.isEmpty)
        let (other, second) = try await ConnectionHarness.open()
        try await other.onLoop {
            second.send(Command("CLUSTER", "SLOTS"), limit: .control) { journal.note($0) }
        }
        _ = try await other.sent()
        try await other.receive(reply)
        #expect(journal.entries == ["replyTooLarge"])
    }

    @Test("a byte now and then is no sign of life of a pipeline, and 16 KiB are")
    func trickle() async throws {
        let (harness, connection) = try await ConnectionHarness.open(.init(commandTimeout: .seconds(3)))
        let journal = Journal()
        try await harness.onLoop {
            connection.send([Command("GET", "a").encoded], replyCount: 1) { _ in
                journal.note("reply")
            } lost: {
                journal.note("lost: \($0.kind)")
            }
        }
        _ = try await harness.sent()
        try await harness.receive("$1000000\r\n")
        for _ in 0..<4 {
            await harness.advance(by: .seconds(2))
            try await harness.receive(String(repeating: "x", count: 16 << 10))
        }
        #expect(journal.entries.isEmpty)
        for _ in 0..<4 {
            await harness.advance(by: .seconds(1))
            try await harness.receive("x")
        }
        #expect(journal.entries == ["lost: timeout"])
    }
}
