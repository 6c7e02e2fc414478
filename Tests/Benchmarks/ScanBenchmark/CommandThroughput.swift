import ClusterScan

/// One command on each of many keys, named as `redis-benchmark -r` names them. While one call is under way
/// the next is prepared, as a consumer of batches would.
struct CommandThroughput {
    private let seed: NodeAddress
    private let name: String
    private let keyCount: Int
    private let callSize: Int

    init?(_ arguments: [String]) {
        guard arguments.count == 6, let port = Int(arguments[2]), let keyCount = Int(arguments[4]),
            let callSize = Int(arguments[5]), callSize > 0
        else { return nil }
        seed = NodeAddress(host: arguments[1], port: port)
        name = arguments[3]
        self.keyCount = keyCount
        self.callSize = callSize
    }

    func run() async throws {
        let scanner = ClusterScanner(seeds: [seed])
        var prepared = commands(from: 0)
        for start in stride(from: callSize, through: keyCount + callSize - 1, by: callSize) {
            let commands = prepared
            async let replies = scanner.send(commands)
            prepared = self.commands(from: start)
            for reply in try await replies {
                guard case .value = reply else { fatalError("\(reply)") }
            }
        }
        await scanner.shutDown()
    }

    private func commands(from start: Int) -> [KeyCommand] {
        let prefix = Array("key:000000000000".utf8)
        return (start..<max(start, min(start + callSize, keyCount))).map { number in
            var key = prefix
            var (rest, position) = (number, key.count - 1)
            while rest > 0 {
                key[position] = UInt8(ascii: "0") + UInt8(rest % 10)
                (rest, position) = (rest / 10, position - 1)
            }
            return KeyCommand(name, key: key, isRepeatable: true)
        }
    }
}
