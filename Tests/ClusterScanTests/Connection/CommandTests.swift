import ClusterScan
import NIOCore
import Testing

@Suite("Commands")
struct CommandTests {
    @Test("arguments may hold any bytes")
    func binary() {
        let command = Command([Array("GET".utf8), [0, 13, 10, 255], []])
        let expected =
            Array("*3\r\n$3\r\nGET\r\n$4\r\n".utf8) + [0, 13, 10, 255] + Array("\r\n$0\r\n\r\n".utf8)
        #expect(Array(command.encoded.readableBytesView) == expected)
    }

    @Test("SCAN says only what is wanted, and a full 64-bit cursor")
    func scan() {
        #expect(text(.scan(cursor: 0)) == "*2\r\n$4\r\nSCAN\r\n$1\r\n0\r\n")
        let full = Command.scan(cursor: .max, match: Array("a*".utf8), count: 1000, type: "hash")
        #expect(
            text(full) == """
                *8\r\n$4\r\nSCAN\r\n$20\r\n18446744073709551615\r\n$5\r\nMATCH\r\n$2\r\na*\r\n\
                $5\r\nCOUNT\r\n$4\r\n1000\r\n$4\r\nTYPE\r\n$4\r\nhash\r\n
                """
        )
    }

    @Test("a command does not show its arguments: one kind holds a password")
    func secrets() {
        let command = Command("AUTH", "hunter2")
        var dumped = ""
        dump(command, to: &dumped)
        for text in ["\(command)", String(reflecting: command), dumped] {
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("68756e"))
        }
    }

    private func text(_ command: Command) -> String { String(buffer: command.encoded) }
}

@Suite("Connection configuration")
struct ConnectionConfigurationTests {
    @Test("a configuration shows that there is a password, and never which")
    func secrets() {
        let configuration = ConnectionConfiguration(username: "scanner", password: "hunter2")
        struct Outer { var configuration: ConnectionConfiguration }
        var dumped = ""
        dump(Outer(configuration: configuration), to: &dumped)
        let texts = [
            "\(configuration)", String(reflecting: configuration), dumped,
            "\(Outer(configuration: configuration))",
        ]
        for text in texts {
            #expect(!text.contains("hunter2"))
            #expect(text.contains("scanner"))
        }
    }
}
