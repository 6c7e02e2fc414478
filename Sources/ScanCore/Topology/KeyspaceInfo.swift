/// What `INFO keyspace` tells: how many keys each database of a server has.
package enum KeyspaceInfo {
    /// Reads lines such as `db0:keys=88555,expires=12,avg_ttl=0`; what is not understood is passed over.
    ///
    /// - Parameter text: The server's answer.
    /// - Returns: The numbers of keys by database, without empty databases.
    package static func keys(_ text: String) -> [Int: Int] {
        var keys: [Int: Int] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            guard line.hasPrefix("db"), let colon = line.firstIndex(of: ":"),
                let database = Int(line[..<colon].dropFirst(2)), database >= 0
            else { continue }
            let fields = line[line.index(after: colon)...].split(separator: ",")
            guard
                let count = fields.first(where: { $0.hasPrefix("keys=") }).flatMap({ Int($0.dropFirst(5)) }),
                count > 0
            else { continue }
            keys[database] = min(count, 1 << 48)
        }
        return keys
    }
}
