import ClusterScan
import ClusterScanOperations
import Testing

@Suite("What refusals mean to work on many keys")
struct RefusalTests {
    @Test(
        "a command that is unknown, renamed, or not permitted is out of the question",
        arguments: [
            "ERR unknown command 'RESTORE', with args beginning with: 'k' '0' ",
            "ERR unknown command `RESTORE`, with args beginning with: `k`, ",
            "ERR unknown command", "ERR unknown command 'restore'",
            "NOPERM this user has no permissions to run the 'restore' command",
            "NOPERM this user has no permissions to run the 'restore' command or its subcommand",
            "NOPERM User alice has no permissions to run the 'restore' command",
            "ERR command 'RESTORE' is not allowed", "ERR 'restore' is not supported by this service",
        ]
    )
    func forbidden(message: String) {
        #expect(ServerError(message: message).forbids("RESTORE"))
    }

    @Test(
        "a refusal of one key, or of another command, says nothing of the next",
        arguments: [
            "ERR unknown command 'PEXPIRETIME', with args beginning with: 'RESTORE' ",
            "BUSYKEY Target key name already exists.",
            "NOPERM this user has no permissions to access one of the keys used as arguments",
            "NOPERM this user has no permissions to run the 'dump' command", "ERR Bad data format",
            "ERR Invalid TTL value, must be >= 0",
        ]
    )
    func allowed(message: String) {
        #expect(!ServerError(message: message).forbids("RESTORE"))
    }

    @Test("a version that is refused is refused for all values, a format that is not known for one")
    func dumps() {
        let version = ServerError(message: "ERR DUMP payload version or checksum are wrong")
        let format = ServerError(message: "ERR Bad data format")
        #expect(version.refusesDump && version.refusesDumpVersion)
        #expect(format.refusesDump && !format.refusesDumpVersion)
        #expect(!ServerError(message: "ERR no").refusesDump)
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
