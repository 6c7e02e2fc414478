import ClusterScan
import Testing

@Suite struct GlobPatternTests {
    @Test("a pattern matches what a real server matches")
    func matchesOfARealServer() throws {
        for line in try TestVectors.lines(of: "glob") {
            let pattern = GlobPattern(bytes: try TestVectors.bytes(line[0]))
            #expect(pattern.matches(try TestVectors.bytes(line[1])) == (line[2] == "1"), "\(line)")
        }
    }
}
