import Testing
import cluster_scan

@Suite("Manual pages")
struct ManualPageTests {
    @Test("there is a page for every command, with what every page has")
    func pages() {
        let pages = ManualPage.all(of: ClusterScanCommand.self)
        #expect(pages.count == HelpTests.commands.count)
        #expect(Set(pages.map(\.name)).count == pages.count)
        #expect(pages.contains { $0.name == "cluster-scan-cursor-inspect" })
        for page in pages {
            let lines = page.text.split(separator: "\n")
            #expect(lines.first?.hasPrefix(".TH \"") == true)
            for section in [
                ".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH \"EXAMPLES\"", ".SH \"SEE ALSO\"",
            ] {
                #expect(lines.contains { $0 == section }, "\(page.name) \(section)")
            }
            let requests = [".TH", ".SH", ".TP", ".B", ".BR", ".IP", ".PP", ".nf", ".fi"]
            for line in lines where line.hasPrefix(".") || line.hasPrefix("'") {
                #expect(requests.contains { line == $0 || line.hasPrefix($0 + " ") }, "\(line)")
            }
            #expect(lines.count { $0 == ".nf" } == lines.count { $0 == ".fi" })
        }
    }

    @Test("help is taken apart without a loss, and typesets what a shell can read")
    func escapes() throws {
        let help = HelpText(
            """
            OVERVIEW: Does it.

            More of it.

            EXAMPLES
              tool --do 'a\\b'
              .hidden

            USAGE: tool [<options>]

            WHAT:
              --do <what>             Do it.
                    At length.
              --undo                  Undo it.
            """
        )
        #expect(help.abstract == "Does it.")
        #expect(help.usage == "tool [<options>]")
        #expect(help.sections.map(\.title) == ["WHAT"])
        let entries = try #require(help.sections.first?.entries)
        #expect(entries.map(\.label) == ["--do <what>", "--undo"])
        #expect(entries.map(\.paragraphs) == [["Do it.", "At length."], ["Undo it."]])
        let text = ManualPage(help, name: "tool", version: "1").text
        #expect(text.contains("\n  tool \\-\\-do 'a\\eb'\n"))
        #expect(text.contains("\n.TP\n.B \"\\-\\-do <what>\"\nDo it.\n.IP\nAt length.\n"))
    }
}
