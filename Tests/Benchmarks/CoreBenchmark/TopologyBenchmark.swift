import ScanCore

/// What it costs to read the replies that grow with the number of nodes.
enum TopologyBenchmark {
    private static let nodeCounts = [3, 1000]

    static func run() throws {
        for primaries in nodeCounts {
            let text = clusterNodes(primaries)
            let info = """
                redis_version:7.0.15
                redis_mode:cluster
                run_id:\(digits(1))
                """
            let title = "\(primaries) primaries and as many replicas"
            try Stopwatch.time("read CLUSTER NODES (\(text.utf8.count) bytes) of \(title)", parts: primaries)
            {
                times in
                for _ in 0..<times { Stopwatch.keep(try NodeStatus(clusterNodes: text, info: info)) }
            }
            let reply = clusterSlots(primaries)
            let asked = NodeAddress(host: "10.0.0.1", port: 6379)
            var parser = ReplyParser(maximumReplyBytes: 1 << 24)
            try Stopwatch.time("read CLUSTER SLOTS (\(reply.count) bytes) of \(title)", parts: primaries) {
                times in
                for _ in 0..<times {
                    try reply.withUnsafeBytes { bytes in
                        var input = bytes
                        guard let reply = try parser.next(&input) else { fatalError("half a reply") }
                        Stopwatch.keep(try ClusterSlotsReply(reply.value, asked: asked))
                    }
                }
            }
        }
    }

    /// An id for each number, spread over all digits.
    private static func digits(_ number: Int) -> String {
        let mixed = String(UInt64(number) &* 0x9e37_79b9_7f4a_7c15, radix: 16)
        let padded = String(repeating: "0", count: 16 - mixed.count) + mixed
        return padded + padded + padded.prefix(8)
    }

    private static func host(_ number: Int) -> String { "10.0.\(number / 250).\(number % 250 + 1)" }

    private static func slots(_ index: Int, of primaries: Int) -> (first: Int, last: Int) {
        (HashSlot.count * index / primaries, HashSlot.count * (index + 1) / primaries - 1)
    }

    private static func clusterNodes(_ primaries: Int) -> String {
        (0..<primaries).map { index in
            let (first, last) = slots(index, of: primaries)
            let (primary, replica) = (digits(index + 1), digits(index + 1 + primaries))
            let flags = index == 0 ? "myself,master" : "master"
            let times = "0 1732187656\(100 + index % 900)"
            return """
                \(primary) \(host(index)):6379@16379 \(flags) - \(times) \(index + 1) connected \(first)-\(last)
                \(replica) \(host(index + primaries)):6379@16379 slave \(primary) \(times) \(index + 1) connected

                """
        }.joined()
    }

    private static func clusterSlots(_ primaries: Int) -> [UInt8] {
        let node = { (number: Int, id: String) in
            "*4\r\n$\(host(number).utf8.count)\r\n\(host(number))\r\n:6379\r\n$40\r\n\(id)\r\n*0\r\n"
        }
        let ranges = (0..<primaries).map { index in
            let (first, last) = slots(index, of: primaries)
            return "*4\r\n:\(first)\r\n:\(last)\r\n"
                + node(index, digits(index + 1)) + node(index + primaries, digits(index + 1 + primaries))
        }
        return Array("*\(primaries)\r\n\(ranges.joined())".utf8)
    }
}
