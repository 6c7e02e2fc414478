import ClusterScan

/// One command on each of many keys, named as `redis-benchmark -r` names them.
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
        for start in stride(from: 0, to: keyCount, by: callSize) {
            let commands = (start..<min(start + callSize, keyCount)).map { number in
                let digits = String(number)
                let zeros = String(repeating: "0", count: max(0, 12 - digits.utf8.count))
                return KeyCommand(name, key: "key:\(zeros)\(digits)".utf8, isRepeatable: true)
            }
            for reply in try await scanner.send(commands) {
                guard case .value = reply else { fatalError("\(reply)") }
            }
        }
        await scanner.shutDown()
    }
}
