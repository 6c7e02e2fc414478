/// What `INFO commandstats` tells of a server's work: how much of it scans cause, and how much others ask
/// for.
package struct CommandStatistics: Hashable, Sendable {
    /// Time the server spent on the commands that read key names, since it started, in microseconds.
    package var scanMicroseconds: Int
    /// Commands the server executed for its users, since it started.
    package var otherCalls: Int

    package init(scanMicroseconds: Int, otherCalls: Int) {
        self.scanMicroseconds = scanMicroseconds
        self.otherCalls = otherCalls
    }

    /// Reads the lines `cmdstat_get:calls=12,usec=30,…`; `nil` if there is none: some services do not tell.
    ///
    /// - Parameter text: The server's answer.
    package init?(_ text: String) {
        self.init(scanMicroseconds: 0, otherCalls: 0)
        var isTold = false
        for line in text.utf8.split(whereSeparator: { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") })
        {
            guard line.starts(with: "cmdstat_".utf8), let colon = line.firstIndex(of: UInt8(ascii: ":"))
            else {
                continue
            }
            isTold = true
            // Redis 7 tells the commands of a container apart: cmdstat_cluster|getkeysinslot.
            let name = line[..<colon].dropFirst("cmdstat_".utf8.count)
            let command = name.prefix { $0 != UInt8(ascii: "|") }
            let fields = line[line.index(after: colon)...]
            if Self.reading.contains(where: { command.elementsEqual($0.utf8) }) {
                scanMicroseconds = scanMicroseconds.addingClamped(Self.number(of: "usec", in: fields))
            } else if !Self.upkeep.contains(where: { command.elementsEqual($0.utf8) }) {
                otherCalls = otherCalls.addingClamped(Self.number(of: "calls", in: fields))
            }
        }
        guard isTold else { return nil }
    }

    private static let reading = ["scan", "cluster"]
    /// Commands that no client waits for: of connections, of replication, of monitoring.
    private static let upkeep = ["info", "replconf", "psync", "auth", "hello", "client", "select", "command"]

    private static func number(of field: String, in fields: Substring.UTF8View) -> Int {
        for entry in fields.split(separator: UInt8(ascii: ",")) {
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")),
                entry[..<equals].elementsEqual(field.utf8)
            else { continue }
            return max(0, Int(Substring(entry[entry.index(after: equals)...])) ?? 0)
        }
        return 0
    }
}
