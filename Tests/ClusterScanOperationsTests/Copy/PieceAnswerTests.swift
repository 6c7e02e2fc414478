import ClusterScan
import ClusterScanOperations
import Testing

@Suite("Keys that are copied in one piece")
struct PieceAnswerTests {
    private static let busy = ServerError(message: "BUSYKEY Target key name already exists.")
    private static let noMemory = ServerError(message: "OOM command not allowed")

    @Test("a dump travels, unless it is larger than one piece may be, or there is no key any more")
    func dumps() {
        let dump = CommandAnswer.value(.bulkString([1, 2, 3]))
        #expect(DumpAnswer(dump, atMost: 3) == .payload([1, 2, 3]))
        #expect(DumpAnswer(dump, atMost: 2) == .tooLarge)
        #expect(DumpAnswer(.tooLarge, atMost: 3) == .tooLarge)
        #expect(DumpAnswer(.value(.null), atMost: 3) == .vanished)
    }

    @Test("a dump that was refused, got lost, or is none fails with words")
    func failedDumps() {
        #expect(DumpAnswer(.refused(Self.noMemory), atMost: 3) == .failed(Self.noMemory))
        #expect(
            DumpAnswer(.outcomeUnknown, atMost: 3)
                == .failed(ServerError(message: "NOTCOPIED the connection was lost before the reply"))
        )
        #expect(
            DumpAnswer(.value(.integer(1)), atMost: 3)
                == .failed(ServerError(message: "NOTCOPIED the server answered something unexpected"))
        )
    }

    @Test(
        "what an older destination does not understand is copied element by element",
        arguments: ["ERR DUMP payload version or checksum are wrong", "ERR Bad data format"]
    )
    func olderDestination(message: String) {
        #expect(RestoreAnswer(.refused(ServerError(message: message))) == .notUnderstood)
    }

    @Test("a name that is taken is looked at, any other refusal fails")
    func refusals() {
        #expect(RestoreAnswer(.value(.simpleString(Array("OK".utf8)))) == .copied)
        #expect(RestoreAnswer(.refused(Self.busy)) == .present)
        #expect(RestoreAnswer(.refused(Self.noMemory)) == .failed(Self.noMemory))
    }

    @Test("a permission that is missing ends the work, unless it can do without")
    func permission() throws {
        let reply = KeyReply.error(ServerError(message: "NOPERM this user has no permissions"))
        let error = #expect(throws: ClusterScanError.self) { try CommandAnswer(reply) }
        #expect(error?.code == .permissionDenied)
        guard case .refused = try CommandAnswer(reply, toleratingNoPermission: true) else {
            Issue.record("it is tolerated")
            return
        }
    }
}
