import ClusterScan
import NIOCore
import Testing

@Suite("Pipelines of a connection")
struct PipelineTests {
    private func send(_ count: Int, on connection: NodeConnection, _ journal: Journal) {
        let wire = ByteBuffer(string: String(repeating: "*1\r\n$1\r\nA\r\n", count: count))
        connection.send([wire], replyCount: count) {
            journal.note(.success($0))
        } lost: {
            journal.note("lost: \($0.kind)")
        }
    }

    @Test("replies are handed over as they come, errors among them, and what was lost is told once")
    func replies() async throws {
        let (harness, connection) = try await ConnectionHarness.open()
        let journal = Journal()
        try await harness.onLoop { send(3, on: connection, journal) }
        try await harness.receive("+a\r\n-ERR no\r\n")
        #expect(journal.entries == ["a", "?"])
        connection.close()
        await harness.channel.testingEventLoop.run()
        #expect(journal.entries == ["a", "?", "lost: closed"])
        try await harness.onLoop { send(1, on: connection, journal) }
        #expect(journal.entries.last == "lost: closed")
    }

    @Test("a pipeline may take long as long as something moves")
    func progress() async throws {
        let (harness, connection) = try await ConnectionHarness.open(.init(commandTimeout: .seconds(3)))
        let journal = Journal()
        try await harness.onLoop {
            send(3, on: connection, journal)
            send(1, on: connection, journal)
        }
        for reply in ["+a\r\n", "+b\r\n", "+c\r\n"] {
            await harness.advance(by: .seconds(2))
            try await harness.receive(reply)
        }
        await harness.advance(by: .milliseconds(2900))
        #expect(journal.entries == ["a", "b", "c"])
        await harness.advance(by: .milliseconds(100))
        #expect(journal.entries == ["a", "b", "c", "lost: timeout"])
    }

    @Test("only the oldest request is told that its reply was too large")
    func tooLarge() async throws {
        let (harness, connection) = try await ConnectionHarness.open(.init(maximumReplyBytes: 1000))
        let journal = Journal()
        try await harness.onLoop {
            send(2, on: connection, journal)
            send(1, on: connection, journal)
        }
        try await harness.receive("+a\r\n$2000\r\n" + String(repeating: "x", count: 1500))
        #expect(journal.entries == ["a", "lost: replyTooLarge", "lost: closed"])
    }
}
