import ArgumentParser
import Foundation
import Testing
import cluster_scan

@Suite("Help of every command")
struct HelpTests {
    /// Every command there is, so that one that is added is looked at, too.
    static let commands: [any ParsableCommand.Type] = {
        var all: [any ParsableCommand.Type] = [ClusterScanCommand.self]
        var index = 0
        while index < all.count {
            all += all[index].configuration.subcommands
            index += 1
        }
        return all
    }()

    private func help(_ command: any ParsableCommand.Type, columns: Int = 100) -> String {
        ClusterScanCommand.helpMessage(for: command, includeHidden: false, columns: columns)
    }

    @Test("no line is longer than 100 columns", arguments: commands.indices)
    func width(index: Int) {
        for line in help(Self.commands[index]).split(separator: "\n") {
            #expect(line.count <= 100, "\(line)")
        }
    }

    @Test("there are examples, none broken in two", arguments: commands.indices)
    func examples(index: Int) {
        let lines = help(Self.commands[index], columns: 80).split(separator: "\n").drop { $0 != "EXAMPLES" }
        let examples = lines.dropFirst().prefix { $0.hasPrefix("  ") }
        #expect(examples.contains { $0.contains("cluster-scan ") }, "\(Self.commands[index])")
        #expect(examples.allSatisfy { $0.count <= 80 })
    }

    @Test("every option and argument says what it is for, and stands there once", arguments: commands.indices)
    func options(index: Int) {
        let command = Self.commands[index]
        let text = HelpText(help(command, columns: 100_000))
        #expect(!text.abstract.isEmpty)
        #expect(!text.sections.isEmpty)
        var names: Set<String> = []
        // Below subcommands stands where to read on.
        for entry in text.sections.flatMap(\.entries) where !entry.label.hasPrefix("See '") {
            #expect(entry.paragraphs.contains { !$0.isEmpty }, "\(command) \(entry.label)")
            for word in entry.label.split(whereSeparator: { " ,/".contains($0) }) where word.hasPrefix("-") {
                #expect(names.insert(String(word)).inserted, "\(command) has \(word) twice")
            }
        }
    }

    @Test(
        "every command that asks servers has the options for connections and messages",
        arguments: commands.indices
    )
    func common(index: Int) {
        let names = HelpText(help(Self.commands[index], columns: 100_000)).sections.flatMap(\.entries).map(
            \.label
        )
        let connects = names.contains { $0.hasPrefix("<url>") }
        for option in ["--profile <name>", "--password-file <file>", "--connect-timeout <time>"]
        where connects {
            #expect(names.contains(option))
        }
        guard Self.commands[index].configuration.subcommands.isEmpty else { return }
        for option in ["-q, --quiet", "-v, --verbose", "--log-format <format>"] {
            #expect(names.contains(option), "\(Self.commands[index])")
        }
    }

    @Test(
        "the shells' completions parse where the shell is there, and know every command",
        arguments: ["bash", "zsh", "fish"]
    )
    func completions(shell: String) throws {
        let script = ClusterScanCommand.completionScript(for: try #require(CompletionShell(rawValue: shell)))
        for command in ClusterScanCommand.configuration.subcommands where command.configuration.shouldDisplay
        {
            #expect(script.contains(try #require(command.configuration.commandName)))
        }
        let folder = try TemporaryFolder()
        try FileSystem.replace(folder.file("script"), with: script)
        guard
            let path = ["/bin/", "/usr/bin/", "/usr/local/bin/"].map({ $0 + shell })
                .first(where: FileManager.default.isExecutableFile)
        else {
            // Every machine that runs the test cluster has bash.
            #expect(shell != "bash")
            return
        }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = [shell == "fish" ? "--no-execute" : "-n", folder.file("script")]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
