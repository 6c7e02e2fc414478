import Testing
import cluster_scan

@Suite("Password that is typed")
struct PasswordLineTests {
    private func result(_ text: String) -> PasswordLine.State {
        var line = PasswordLine()
        for byte in text.utf8.dropLast() { #expect(line.type(byte) == .typing) }
        return text.utf8.last.map { line.type($0) } ?? .typing
    }

    @Test("it ends with the line, and can be corrected")
    func typing() {
        #expect(result("secret\n") == .entered("secret"))
        #expect(result("secret\r") == .entered("secret"))
        #expect(result("aé\u{7F}b\n") == .entered("ab"))
        #expect(result("\u{8}a\n") == .entered("a"))
        #expect(result("wrong\u{15}right\n") == .entered("right"))
        #expect(result("\n") == .entered(""))
    }

    @Test("Ctrl-C and Ctrl-D give up")
    func aborts() {
        #expect(result("se\u{3}") == .aborted)
        #expect(result("\u{4}") == .aborted)
    }
}
