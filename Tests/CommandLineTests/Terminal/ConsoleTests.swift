import ArgumentParser
import Testing
import cluster_scan

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite("Messages")
struct ConsoleTests {
    private func written(_ settings: LogSettings, _ body: (Console) -> Void) async throws -> String {
        let folder = try TemporaryFolder()
        let file = try FileDescriptor.open(folder.file("log"), O_RDWR | O_CREAT)
        defer { try? file.closeFile() }
        let console = Console(settings, to: file)
        body(console)
        await console.finish()
        return try FileSystem.text(of: FileDescriptor.open(folder.file("log"), O_RDONLY), atMost: 1 << 16)
    }

    @Test("details are told only to those who want them, and progress to a log only then")
    func verbose() async throws {
        func speak(_ console: Console) {
            console.note("detail")
            console.showProgress("50 %")
            console.warn("careful\u{1B}[2J")
        }
        #expect(try await written(LogSettings(), speak) == "Warning: careful\u{FFFD}[2J\n")
        #expect(try await written(LogSettings(isQuiet: true), speak) == "Warning: careful\u{FFFD}[2J\n")
        #expect(
            try await written(LogSettings(isVerbose: true), speak)
                == "detail\n50 %\nWarning: careful\u{FFFD}[2J\n"
        )
    }

    @Test("in JSON every message is one line, with its level, and the cursor where there is one")
    func json() async throws {
        let text = try await written(LogSettings(isVerbose: true, format: .json)) { console in
            console.note("detail")
            console.say("two\nlines", cursor: "abc")
            console.warn("careful")
        }
        let lines = text.split(separator: "\n").map { $0.replacing(/"time":"[0-9T:Z-]{20}",/, with: "") }
        #expect(
            lines == [
                #"{"level":"debug","message":"detail"}"#,
                #"{"level":"info","message":"two\nlines","cursor":"abc"}"#,
                #"{"level":"warning","message":"careful"}"#,
            ]
        )
        #expect(
            LogLine("x", level: .error, seconds: 1_600_000_000).text
                == #"{"time":"2020-09-13T12:26:40Z","level":"error","message":"x"}"#
        )
    }

    @Test("what options say about messages reaches the run that they belong to, and no other")
    func settings() async throws {
        RunSettings.$current.withValue(RunSettings()) {
            _ = try? ClusterScanCommand.parseAsRoot(["nodes", "--log-format", "json", "--quiet"])
            #expect(RunSettings.log == LogSettings(isQuiet: true, format: .json))
        }
        _ = try ClusterScanCommand.parseAsRoot(["nodes", "--verbose"])
        #expect(RunSettings.log == LogSettings())
    }
}
