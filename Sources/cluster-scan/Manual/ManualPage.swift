package import ArgumentParser

/// A manual page of one command, in the man macros that every `man` understands (man(7)).
package struct ManualPage {
    /// The name of the page, without its section: `cluster-scan-keys`.
    package let name: String
    package let text: String

    /// Pages for a tool and for every command of it.
    package static func all(of root: any ParsableCommand.Type) -> [ManualPage] {
        var pages: [ManualPage] = []
        func add(_ command: any ParsableCommand.Type, _ name: String) {
            let children = command.configuration.subcommands.map { child in
                (child, name + "-" + (child.configuration.commandName ?? "\(child)"))
            }
            pages.append(
                ManualPage(
                    HelpText(root.helpMessage(for: command, columns: 100_000)),
                    name: name,
                    children: children.filter { $0.0.configuration.shouldDisplay }.map(\.1),
                    version: root.configuration.version
                )
            )
            for child in children { add(child.0, child.1) }
        }
        add(root, root.configuration.commandName ?? "cluster-scan")
        return pages
    }

    /// - Parameters:
    ///   - help: What the command says of itself.
    ///   - name: The name of the page.
    ///   - children: The names of the pages of its commands.
    ///   - version: The version of the tool.
    package init(_ help: HelpText, name: String, children: [String] = [], version: String) {
        self.name = name
        let source = ManualPage.quoted("cluster-scan \(version)")
        var lines = [
            ".TH \(ManualPage.quoted(name.uppercased())) 1 \"\" \(source) \"User Commands\"",
            ".SH NAME",
            "\(ManualPage.escaped(name)) \\- \(ManualPage.escaped(help.abstract))",
            ".SH SYNOPSIS",
            ".nf", ManualPage.line(help.usage), ".fi",
            ".SH DESCRIPTION",
        ]
        lines += ManualPage.body(help.discussion)
        for section in help.sections where section.title != "SUBCOMMANDS" {
            lines.append(".SH \(ManualPage.quoted(section.title))")
            for entry in section.entries {
                lines += [".TP", ".B \(ManualPage.quoted(entry.label))"]
                for (index, paragraph) in entry.paragraphs.enumerated() {
                    if index > 0 { lines.append(".IP") }
                    lines.append(ManualPage.line(paragraph))
                }
            }
        }
        let others = children + (name == "cluster-scan" ? [] : ["cluster-scan"])
        lines.append(".SH \"SEE ALSO\"")
        for (index, other) in others.enumerated() {
            lines.append(".BR \(ManualPage.escaped(other)) (1)" + (index < others.count - 1 ? "," : ""))
        }
        text = lines.joined(separator: "\n") + "\n"
    }

    /// Words in capitals are headings, what is indented stays as it is, and all else is filled.
    private static func body(_ discussion: [String]) -> [String] {
        var lines: [String] = []
        var isVerbatim = false
        for line in discussion {
            let isIndented = line.hasPrefix(" ")
            if isIndented != isVerbatim, !line.isEmpty {
                lines.append(isIndented ? ".nf" : ".fi")
                isVerbatim = isIndented
            }
            if line.isEmpty {
                lines.append(".PP")
            } else if !isIndented, line.allSatisfy({ $0.isUppercase || $0 == " " }) {
                lines.append(".SH \(quoted(line))")
            } else {
                lines.append(self.line(line))
            }
        }
        if isVerbatim { lines.append(".fi") }
        return lines
    }

    /// Text that begins a line, where a dot or an apostrophe would be a request.
    private static func line(_ text: String) -> String {
        let text = escaped(text)
        return text.first == "." || text.first == "'" ? "\\&" + text : text
    }

    private static func quoted(_ text: String) -> String {
        "\""
            + escaped(text).split(separator: "\"", omittingEmptySubsequences: false).joined(
                separator: "\\(dq"
            ) + "\""
    }

    /// A hyphen that is typed on a command line must not become one of typography.
    private static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "\\": "\\e"
            case "-": "\\-"
            case "…": "..."
            default: String(character)
            }
        }.joined()
    }
}
