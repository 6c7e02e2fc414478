import ClusterScan
import NIOCore
import Testing

@Suite("Names of commands in telemetry")
struct CommandNameTests {
    private static func name(_ words: [String]) -> String {
        CommandName(wire: Command(words.map { Array($0.utf8) }).encoded).description
    }

    @Test(
        "a name is told in capitals, with its second word where commands have two",
        arguments: [
            (["SCAN", "0", "MATCH", "user:*"], "SCAN"), (["get", "k"], "GET"),
            (["cluster", "slots"], "CLUSTER SLOTS"),
            (["CLUSTER", "GETKEYSINSLOT", "1", "2"], "CLUSTER GETKEYSINSLOT"),
            (["CLUSTER", "COUNTKEYSINSLOT", "1"], "CLUSTER COUNTKEYSINSLOT"), (["PING"], "PING"),
            (["MEMORY", "USAGE", "k"], "MEMORY USAGE"), (["JSON.GET", "k"], "JSON.GET"),
        ]
    )
    func names(words: [String], name: String) {
        #expect(Self.name(words) == name)
    }

    @Test("an argument is never part of a name, and what is no name is not told")
    func arguments() {
        #expect(Self.name(["OBJECT", "secret"]) == "OBJECT")
        #expect(Self.name(["MEMORY", "user:anna"]) == "MEMORY")
        #expect(Self.name(["a name", "k"]) == "OTHER")
        #expect(Self.name([String(repeating: "x", count: 25)]) == "OTHER")
        #expect(Self.name([""]) == "OTHER")
        let damaged = ByteBuffer(string: "*1\r\n$9999999999999999999\r\nSCAN")
        #expect(CommandName(wire: damaged).description == "OTHER")
        #expect(CommandName(wire: ByteBuffer()).description == "OTHER")
    }

    @Test("what a server repeats of a command is left out of what is told")
    func failures() {
        let error = ClusterScanErrorSample.unknownCommand
        #expect(ReportedFailure(error).description == "ERR unknown command 'SCAN', ")
        #expect(ReportedFailure(CancellationError()).code == "cancelled")
    }
}

private enum ClusterScanErrorSample {
    static let unknownCommand = ClusterScanError(
        .invalidQuery,
        "ERR unknown command 'SCAN', with args beginning with: '0' 'MATCH' 'user:*'"
    )
}
