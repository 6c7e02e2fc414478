import ArgumentParser
import ClusterScan
import ClusterScanOperations
import Testing
import cluster_scan

@Suite("values, dump and restore")
struct TransferCommandTests {
    @Test(
        "misuse is refused with words that help",
        arguments: [
            (["dump", "--resume"], "--output"), (["dump", "--output", "/tmp"], "folder"),
            (["dump", "--output", "/dev/null"], "> /dev/null"), (["values", "--output", "/tmp"], "folder"),
            (["restore"], "file"), (["restore", "/nowhere/file"], "no such file"),
            (["restore", "/tmp"], "folder"), (["values", "--limit", "0"], "500"),
            (["restore", "-", "h:x"], "port"),
        ]
    )
    func misuse(arguments: [String], words: String) {
        do {
            _ = try ClusterScanCommand.read(arguments)
            Issue.record("\(arguments) was accepted")
        } catch {
            #expect(ClusterScanCommand.exitCode(for: error).rawValue == ExitStatus.usage.rawValue)
            #expect(ClusterScanCommand.fullMessage(for: error).contains(words))
        }
    }

    @Test("help fits 80 columns and has examples", arguments: ["values", "dump", "restore"])
    func help(command: String) {
        do {
            var help = try ClusterScanCommand.parseAsRoot([command, "--help"])
            try help.run()
            Issue.record("no help")
        } catch {
            let text = ClusterScanCommand.fullMessage(for: error, columns: 80)
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
            let examples = text.split(separator: "\n").drop { $0 != "EXAMPLES" }.dropFirst()
                .prefix { !$0.hasPrefix("USAGE") }
            #expect(examples.count >= 6)
            // A line that was broken in two starts at the margin.
            #expect(examples.allSatisfy { $0.hasPrefix("  ") })
        }
    }

    @Test("what became of records decides the exit status, and each kind is said with names and a reason")
    func tally() {
        func record(_ key: [UInt8]) -> DumpRecord { DumpRecord(key: key, payload: []) }
        var tally = RestoreTally()
        tally.add(.restored, of: record([0x61]))
        tally.add(.expired, of: record([0x62]))
        tally.add(.repeated, of: record([0x63]))
        #expect(tally.status == .complete && tally.complaints.isEmpty)
        for number in 0..<7 { tally.add(.exists, of: record(Array("k\(number)".utf8))) }
        #expect(tally.status == .keysRefused && tally.notRestored == 7)
        #expect(
            tally.complaints == [
                "7 keys not restored, as they exist already (--replace overwrites them): k0, k1, k2, k3, k4, …"
            ]
        )
        tally.add(.refused(ServerError(message: "ERR Bad data format")), of: record([0xFF, 0x0A, 0x41]))
        #expect(tally.complaints.last?.contains(#"cannot read dumps of newer ones): \xff\x0aA"#) == true)
        #expect(tally.status == .keysRefused)
        tally.add(.failed(ClusterScanError(.unreachable, "gone")), of: record([]))
        #expect(tally.status == .unavailable && tally.notRestored == 9)
    }

    @Test("names in messages cannot steer a terminal, and are not endless")
    func names() {
        #expect(KeyNames.text(Array("plain ключ".utf8)) == "plain ключ")
        #expect(KeyNames.text([0x1B, 0x5B, 0x41]) == "\u{FFFD}[A")
        #expect(KeyNames.text([0x80, 0x0A]) == #"\x80\x0a"#)
        #expect(KeyNames.text(Array("a\nb".utf8)) == #"a\nb"#)
        #expect(KeyNames.text([UInt8](repeating: 0x61, count: 100)).count == 61)
    }
}
