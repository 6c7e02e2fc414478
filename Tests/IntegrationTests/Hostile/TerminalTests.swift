import ClusterScan
import Foundation
import Testing

/// What the tool shows on a terminal when the names, the addresses and the errors come from somebody who
/// wants to steer it.
@Suite("Hostile text on a terminal", .serialized, .timeLimit(.minutes(5)))
struct TerminalTests {
    /// Sets a title, clears the screen, colours, answers back; in 7 and in 8 bits; turns text round; hides
    /// it.
    private static let attack: [UInt8] =
        Array("\u{1B}]0;owned\u{7}\u{1B}[2J\u{9B}31m\u{202E}txt.\u{2066}\u{200B}\u{E0041}\r\u{8}".utf8) + [
            0x9B, 0x35, 0x6E,
        ]

    private static func script(_ command: String, _ port: Int) -> HostileServer.Answer? {
        let name = attack
        func bulk(_ bytes: [UInt8]) -> [UInt8] { Array("$\(bytes.count)\r\n".utf8) + bytes + [13, 10] }
        let word = command.split(separator: " ").first.map(String.init) ?? ""
        return switch word {
        case "SCAN": .bytes(Array("*2\r\n$1\r\n0\r\n*2\r\n".utf8) + bulk(Array("plain".utf8)) + bulk(name))
        case "TYPE": .say("+hash\r\n")
        case "HSCAN": .bytes(Array("*2\r\n$1\r\n0\r\n*2\r\n".utf8) + bulk(name) + bulk(name))
        case "HELLO", "DUMP": .bytes(Array("-ERR ".utf8) + name.filter { $0 != 13 } + [13, 10])
        default: nil
        }
    }

    /// Colours of our own are allowed nowhere here (`NO_COLOR`); the line of progress clears itself.
    private func expectHarmless(
        _ bytes: [UInt8],
        _ what: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let own = String(decoding: bytes, as: UTF8.self).replacing("\r\r\n", with: "\n").replacing(
            "\r\n",
            with: "\n"
        )
        .replacing("\r\u{1B}[K", with: "")
        #expect(String(validating: bytes, as: UTF8.self) != nil, "\(what)", sourceLocation: sourceLocation)
        let found = own.unicodeScalars.filter { scalar in
            switch scalar.value {
            case 0x0A, 0x09: false
            case 0..<0x20, 0x7F...0x9F, 0x200B...0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xE0000...0xE007F:
                true
            default: false
            }
        }
        #expect(found.isEmpty, "\(what): \(own.debugDescription.prefix(400))", sourceLocation: sourceLocation)
    }

    @Test(
        "names, members and values are escaped",
        arguments: [
            ["keys"], ["keys", "--format", "json"], ["keys", "--format", "csv"], ["keys", "--format", "tsv"],
            ["keys", "--with", "type"], ["members", "key"], ["members", "key", "--format", "json"],
        ]
    )
    func names(arguments: [String]) async throws {
        try await HostileServer.with({ Self.script($0, $1) }) { server in
            let strategy = arguments[0] == "keys" ? ["--strategy", "scan"] : []
            let shown = try await MeasuredTool.onTerminal(arguments + [server.url] + strategy)
            expectHarmless(shown.output, "\(arguments)")
            // In JSON a name that is no text is in base 64.
            let word = arguments.contains("json") ? "_base64" : "owned"
            #expect(shown.text.contains(word), "\(shown.text.debugDescription)")
        }
    }

    @Test("in a file they are what the format promises")
    func files() async throws {
        try await HostileServer.with({ Self.script($0, $1) }) { server in
            let whole = try await MeasuredTool.run([
                "keys", server.url, "--strategy", "scan", "--format", "nul",
            ])
            #expect(whole.output == Array("plain".utf8) + [0] + Self.attack + [0])
            let text = try await MeasuredTool.run(["keys", server.url, "--strategy", "scan"])
            #expect(text.text.contains("\u{202E}") && !text.output.contains(0x1B))
        }
    }

    @Test("bytes as they are do not go to a terminal", arguments: [["keys"], ["members", "key"]])
    func raw(arguments: [String]) async throws {
        try await HostileServer.with({ Self.script($0, $1) }) { server in
            let shown = try await MeasuredTool.onTerminal(arguments + [server.url, "--format", "nul"])
            #expect(shown.status == 64 && shown.text.contains("not for terminals"))
            expectHarmless(shown.output, "\(arguments)")
        }
    }

    @Test("addresses and errors of servers are shown without it")
    func messages() async throws {
        let attack = String(decoding: Self.attack, as: UTF8.self).filter { $0 != "\r" }
        try await HostileServer.with({ command, port in
            switch command {
            case "CLUSTER NODES":
                .say(
                    HostileServer.bulk(
                        HostileServer.nodesLine(HostileServer.id, port, "myself,master", slots: "0-16383")
                            .replacing("127.0.0.1", with: "h" + attack.filter { $0 != " " })
                    )
                )
            default: nil
            }
        }) { server in
            for format in ["table", "json"] {
                let shown = try await MeasuredTool.onTerminal(["nodes", server.url, "--format", format])
                expectHarmless(shown.output, "nodes \(format)")
            }
        }
        for command in ["CLUSTER SLOTS", "SCAN", "CLIENT", "INFO"] {
            try await HostileServer.with({ asked, _ in
                asked.hasPrefix(command) ? .say("-NOPERM \(attack)\r\n") : nil
            }) { server in
                let shown = try await MeasuredTool.onTerminal(["keys", server.url, "--strategy", "scan"])
                expectHarmless(shown.output, "error to \(command)")
            }
        }
    }

    @Test(
        "what is wrong on the command line is said without it",
        arguments: [
            ["keys", "--no-such-option"], ["keys", "redis://"], ["cursor", "inspect"],
            ["keys", "h:1", "--cursor"],
            ["slot", "--nothing"], ["keys", "--count"], ["keys", "--profile"], ["no-such-command"],
        ]
    )
    func arguments(arguments: [String]) async throws {
        let attack = String(decoding: Self.attack.filter { $0 != 0 }, as: UTF8.self)
        for argument in [arguments + [attack], arguments.dropLast() + [(arguments.last ?? "") + attack]] {
            let shown = try await MeasuredTool.onTerminal(Array(argument))
            #expect(shown.status != 0)
            expectHarmless(shown.output, "\(arguments)")
        }
    }
}
