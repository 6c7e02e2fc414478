import ClusterScan
import ClusterScanOperations
import Foundation
import Testing
import cluster_scan

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("Statistics as a page")
struct StatisticsPageTests {
    private static func page(_ ending: StatisticsReport.Ending = .complete) throws -> String {
        StatisticsPage(SampleStatistics.report(try SampleStatistics.statistics(), ending: ending)).text
    }

    /// Collects elements, attributes and text. The page is written as XML, too, so that any parser can tell
    /// whether it is well-formed.
    private final class Reader: NSObject, XMLParserDelegate {
        var elements: [String: Int] = [:]
        var attributes: [(element: String, name: String, value: String)] = []
        var text = ""

        func parser(
            _ parser: XMLParser,
            didStartElement name: String,
            namespaceURI: String?,
            qualifiedName: String?,
            attributes values: [String: String]
        ) {
            elements[name, default: 0] += 1
            for (attribute, value) in values { attributes.append((name, attribute, value)) }
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
    }

    private static func read(_ page: String) throws -> Reader {
        // The declaration of HTML is none of XML's business.
        let page = page.replacing("<!DOCTYPE html>\n", with: "")
        let parser = XMLParser(data: Data(page.utf8))
        let reader = Reader()
        parser.delegate = reader
        #expect(parser.parse(), "\(parser.parserError as Any) in line \(parser.lineNumber)")
        return reader
    }

    @Test("it is well-formed, with a plot for each question")
    func structure() throws {
        let reader = try Self.read(Self.page())
        #expect(reader.elements["svg"] == 5)
        #expect(reader.elements["table"] == 7)
        #expect((reader.elements["rect"] ?? 0) > 512)
        for heading in [
            "By type", "By pattern of names", "When keys expire", "Slots", "Nodes", "Biggest keys by memory",
        ] {
            #expect(reader.text.contains(heading))
        }
        #expect(reader.text.contains("9,008"))
        #expect(reader.text.contains("user:*:profile"))
    }

    @Test("it needs nothing from elsewhere: no scripts, no links, nothing to load")
    func selfContained() throws {
        let page = try Self.page()
        let reader = try Self.read(page)
        let loading = [
            "script", "link", "img", "iframe", "object", "embed", "image", "use", "a", "base", "form",
        ]
        for element in loading { #expect(reader.elements[element] == nil, "\(element)") }
        let references = reader.attributes.filter {
            ["src", "href", "xlink:href", "srcset"].contains($0.name)
        }
        #expect(references.isEmpty)
        #expect(reader.attributes.allSatisfy { !$0.name.hasPrefix("on") })
        #expect(!page.contains("url(") && !page.contains("@import"))
        #expect(page.contains("default-src 'none'"))
        let plain = SampleStatistics.report(try SampleStatistics.statistics(names: []))
        let harmless = StatisticsPage(plain).text
        #expect(!harmless.contains("http://") && !harmless.contains("https://"))
    }

    @Test("names of keys stay text, whatever they contain")
    func hostile() throws {
        let page = try Self.page()
        let reader = try Self.read(page)
        #expect(!page.contains("<script"))
        #expect(!page.contains("<img"))
        #expect(!page.contains("\u{1B}") && !page.contains("\u{202E}"))
        #expect(reader.text.contains("<script>alert(1)</script>"))
        #expect(reader.text.contains("\"><img src=x onerror=alert(1)>"))
        #expect(reader.text.contains("a&amp;b]]>"))
        #expect(reader.text.contains("\\x1b[31mred"))
        #expect(reader.text.contains("\\x00\\xff<b>"))
        #expect(HTMLText.escaped("<&>\"'") == "&lt;&amp;&gt;&quot;&#39;")
    }

    @Test("what is incomplete says so, and nothing at all is a page, too")
    func incomplete() throws {
        let page = try Self.page(.stopped(CommandFailure(.interrupted)))
        #expect(try Self.read(page).text.contains("INCOMPLETE:"))
        let empty = StatisticsPage(SampleStatistics.report(KeyspaceStatistics())).text
        #expect(try Self.read(empty).text.contains("Keys of 10.0.0.1:6379"))
    }

    @Test("a browser, where there is one, reads it as it was meant")
    func browser() throws {
        // Where there is none, the tests above hold the page to the same; a browser only confirms it.
        let paths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        guard let browser = paths.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
            return
        }
        let folder = try TemporaryFolder()
        try FileSystem.replace(folder.file("page.html"), with: Self.page())
        let process = Process()
        process.executableURL = URL(filePath: browser)
        process.arguments = [
            "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
            "--user-data-dir=\(folder.path)-browser",
            "file://\(folder.file("page.html"))",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let dom = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: "\(folder.path)-browser")
        #expect(process.terminationStatus == 0)
        #expect(dom.components(separatedBy: "<svg").count == 6)
        #expect(dom.contains("&lt;script&gt;"))
        #expect(!dom.contains("<script"))
        #expect(dom.contains("</footer>"))
    }
}
