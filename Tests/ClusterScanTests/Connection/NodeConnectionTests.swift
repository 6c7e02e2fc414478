import ClusterScan
import NIOCore
import NIOEmbedded
import Testing

@Suite("Node connection")
struct NodeConnectionTests {
    @Test("replies go to those who asked, in order, however they are cut")
    func order() async throws {
        let (harness, connection) = try await ConnectionHarness.open()
        let journal = Journal()
        try await harness.onLoop {
            connection.send(Command("A")) { journal.note($0) }
            connection.send([Command("B"), Command("C")]) { result in
                let values = (try? result.get())?.compactMap(\.value.integer)
                journal.note("\(values ?? [])")
            }
            connection.send(Command("D")) { journal.note($0) }
        }
        #expect(try await harness.sent() == "*1\r\n$1\r\nA\r\n")
        #expect(try await harness.sent() == "*1\r\n$1\r\nB\r\n*1\r\n$1\r\nC\r\n")
        #expect(try await harness.sent() == "*1\r\n$1\r\nD\r\n")
        for byte in "+a\r\n:1\r\n:2\r\n+d\r\n".unicodeScalars { try await harness.receive(String(byte)) }
        #expect(journal.entries == ["a", "[1, 2]", "d"])
    }

    @Test("the next command goes out while the reply is being handed over")
    func chaining() async throws {
        let (harness, connection) = try await ConnectionHarness.open()
        try await harness.onLoop {
            connection.send(Command("FIRST")) { _ in connection.send(Command("SECOND")) { _ in } }
        }
        _ = try await harness.sent()
        try await harness.channel.testingEventLoop.executeInContext {
            harness.channel.pipeline.fireChannelRead(ByteBuffer(string: "+OK\r\n"))
        }
        #expect(try await harness.sent().contains("SECOND"))
    }

    @Test("a burst of nothing is answered with nothing")
    func emptyBurst() async throws {
        let (harness, connection) = try await ConnectionHarness.open()
        let journal = Journal()
        try await harness.onLoop { connection.send([]) { journal.note("\((try? $0.get())?.count ?? -1)") } }
        #expect(journal.entries == ["0"])
    }

    @Test("error replies are replies to a burst, and errors to a single await")
    func errorReplies() async throws {
        let (harness, connection) = try await ConnectionHarness.open()
        let journal = Journal()
        try await harness.onLoop {
            connection.send(Command("A")) { journal.note((try? $0.get())?.error?.code ?? "none") }
        }
        try await harness.receive("-LOADING wait\r\n")
        #expect(journal.entries == ["LOADING"])

        _ = try await harness.sent()
        let value = Task { try await connection.send(Command("B")) }
        _ = try await harness.sent()
        try await harness.receive("-NOPERM no\r\n")
        let error = await #expect(throws: ConnectionError.self) { try await value.value }
        #expect(error?.kind == .server(ServerError(message: "NOPERM no")))
    }

    @Test("without a reply in time the connection closes and everything pending fails")
    func timeout() async throws {
        let (harness, connection) = try await ConnectionHarness.open(.init(commandTimeout: .seconds(3)))
        let journal = Journal()
        try await harness.onLoop {
            connection.onClose { journal.note("closed by \($0.kind)") }
            connection.send(Command("A")) { journal.note($0) }
        }
        await harness.advance(by: .seconds(2))
        try await harness.onLoop { connection.send(Command("B")) { journal.note($0) } }
        try await harness.receive("+a\r\n")
        await harness.advance(by: .milliseconds(2900))
        #expect(journal.entries == ["a"])
        await harness.advance(by: .milliseconds(100))
        #expect(journal.entries == ["a", "timeout", "closed by timeout"])
        try await harness.onLoop {
            #expect(!connection.isOpen)
            connection.send(Command("C")) { journal.note($0) }
        }
        #expect(journal.entries.last == "timeout")
        #expect(!harness.channel.isActive)
    }

    @Test("an idle connection stays open")
    func idle() async throws {
        let (harness, connection) = try await ConnectionHarness.open(.init(commandTimeout: .seconds(3)))
        await harness.advance(by: .seconds(1000))
        try await harness.onLoop { #expect(connection.isOpen) }
    }

    @Test("a reply nobody asked for closes the connection, and its text is kept")
    func unsolicited() async throws {
        let (harness, connection) = try await ConnectionHarness.open()
        let journal = Journal()
        try await harness.onLoop { connection.onClose { journal.note("\($0.kind) \($0)") } }
        try await harness.receive("-ERR good bye\r\n")
        #expect(journal.entries == ["protocolViolation node.test:7000: the server sent: ERR good bye"])
    }

    @Test("what is not RESP closes the connection")
    func violation() async throws {
        let (harness, connection) = try await ConnectionHarness.open()
        let journal = Journal()
        try await harness.onLoop {
            connection.send(Command("A")) { journal.note($0) }
            connection.send(Command("B")) { journal.note($0) }
        }
        try await harness.receive("+a\r\nHTTP/1.1 200 OK\r\n")
        #expect(journal.entries == ["a", "protocolViolation"])
    }

    @Test("a reply over the bound closes the connection")
    func tooLarge() async throws {
        let (harness, connection) = try await ConnectionHarness.open(.init(maximumReplyBytes: 1000))
        let journal = Journal()
        try await harness.onLoop { connection.send(Command("A")) { journal.note($0) } }
        try await harness.receive("*2\r\n$2000\r\n" + String(repeating: "x", count: 1500))
        #expect(journal.entries == ["replyTooLarge"])
    }

    @Test("closing is said once to everyone, however often it is asked for")
    func closing() async throws {
        let (harness, connection) = try await ConnectionHarness.open()
        let journal = Journal()
        try await harness.onLoop {
            connection.onClose { journal.note("on close: \($0.kind)") }
            connection.send(Command("A")) { result in
                journal.note(result)
                connection.close()
                connection.send(Command("B")) { journal.note($0) }
            }
            connection.close()
            connection.close()
            connection.onClose { journal.note("late: \($0.kind)") }
        }
        #expect(journal.entries == ["closed", "closed", "on close: closed", "late: closed"])
        connection.close()
    }

    @Test("replies after a close from within a completion are not handed out")
    func closeWhileReading() async throws {
        let (harness, connection) = try await ConnectionHarness.open()
        let journal = Journal()
        try await harness.onLoop {
            connection.send(Command("A")) { result in
                journal.note(result)
                connection.close()
            }
            connection.send(Command("B")) { journal.note($0) }
        }
        try await harness.receive("+a\r\n+b\r\n")
        #expect(journal.entries == ["a", "closed"])
    }

    @Test("a connection nobody refers to is closed")
    func abandoned() async throws {
        let channel: NIOAsyncTestingChannel
        do {
            let (harness, connection) = try await ConnectionHarness.open()
            channel = harness.channel
            #expect(connection.address == ConnectionHarness.address)
        }
        await channel.testingEventLoop.run()
        #expect(!channel.isActive)
    }
}
