import ScanCore
import Testing

@Suite("Errors of servers")
struct ServerErrorTests {
    @Test(
        "a command that the server does not have is known by the words of servers, services and proxies",
        arguments: [
            "ERR unknown command 'CLUSTER'",
            "ERR unknown command `CLUSTER`, with args beginning with: `SLOTS`, ",
            "ERR unknown command 'CLUSTER', with args beginning with: 'SLOTS' ",
            "ERR Unknown subcommand or wrong number of arguments for 'SLOTS'. Try CLUSTER HELP.",
            "ERR unknown subcommand 'USAGE'. Try MEMORY HELP.", "unsupported command 'cluster'",
            "ERR Command is not available: 'CONFIG'. See https://example.com/compatibility",
            "ERR command is not allowed",
        ]
    )
    func unknown(message: String) {
        let error = ServerError(message: message)
        #expect(error.isUnknownCommand && error.refusesCommand)
        let failure = ScanFailure(error, at: NodeAddress(host: "a", port: 1))
        #expect(failure.code == .permissionDenied && failure.remedy == .giveUp)
        #expect(failure.reply == error)
    }

    @Test(
        "what the user may not run is refused, whatever the key; a key that is out of reach is another matter",
        arguments: [
            ("NOPERM this user has no permissions to run the 'cluster' command or its subcommand", true),
            ("NOPERM User t has no permissions to run the 'cluster|slots' command", true),
            ("NOPERM No permissions to access a key", false),
            ("NOPERM this user has no permissions to access one of the keys used as arguments", false),
            ("ERR unknown type name", false), ("ERR syntax error", false),
            ("ERR This instance has cluster support disabled", false),
            ("WRONGTYPE Operation against a key holding the wrong kind of value", false),
            ("LOADING Redis is loading the dataset in memory", false),
        ]
    )
    func refused(message: String, isRefused: Bool) {
        let error = ServerError(message: message)
        #expect(error.refusesCommand == isRefused)
        #expect(!error.isUnknownCommand)
    }

    @Test("the words count, not who said them")
    func equality() {
        var error = ServerError(message: "ERR no")
        error.address = NodeAddress(host: "a", port: 1)
        #expect(error == ServerError(message: "ERR no"))
        #expect(Set([error, ServerError(message: "ERR no")]).count == 1)
    }

    @Test("an error in the words of its reader leads with the label and the address")
    func labels() {
        var error = ClusterScanError(.unreachable, "no answer", at: NodeAddress(host: "a", port: 1))
        #expect(error.description == "a:1: no answer")
        error.label = "destination"
        #expect(error.description == "destination a:1: no answer")
        error.address = nil
        #expect(error.description == "destination: no answer")
    }
}
