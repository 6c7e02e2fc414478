import ClusterScan
import Testing
import cluster_scan

@Suite("Exit status")
struct ExitStatusTests {
    @Test("each kind of failure has the status that the help promises")
    func codes() {
        let expected: [(ClusterScanError.Code, Int32)] = [
            (.unreachable, 69), (.slotsNotCovered, 69), (.authenticationFailed, 77), (.permissionDenied, 77),
            (.invalidCursor, 65), (.noSuchKey, 66), (.invalidQuery, 64), (.protocolViolation, 70),
            (.shutDown, 70),
        ]
        for (code, status) in expected {
            #expect(CommandFailure(ClusterScanError(code, "words")).status.rawValue == status)
        }
        #expect(CommandFailure(ScanCursorError.malformed).status.rawValue == 65)
        #expect(CommandFailure(SystemError("write", code: 28)).status.rawValue == 74)
        #expect(CommandFailure(CancellationError()).status.rawValue == 130)
    }

    @Test("a failure that the user can mend says how")
    func advice() {
        func message(_ code: ClusterScanError.Code) -> String {
            CommandFailure(ClusterScanError(code, "words")).message ?? ""
        }
        #expect(message(.authenticationFailed).contains("REDISCLI_AUTH"))
        #expect(message(.permissionDenied).contains("ACL SETUSER"))
        #expect(message(.slotsNotCovered).contains("--patience"))
        #expect(message(.protocolViolation) == "words")
    }

    @Test("the page on the command line has the same table")
    func page() throws {
        let path = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let text = try #require(try FileSystem.text(of: "/\(path)/Docs/CommandLine.md", atMost: 1 << 20))
        for status in ExitStatus.allCases {
            #expect(text.contains("| \(status.rawValue) | \(status.meaning) |"))
        }
    }
}
