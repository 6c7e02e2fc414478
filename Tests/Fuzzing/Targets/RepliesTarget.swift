import ScanCore

/// Any reply, taken for the answer to any question, is understood or refused.
enum RepliesTarget {
    private static let asked = NodeAddress(host: "127.0.0.1", port: 7000)

    static func run(_ input: inout FuzzInput) throws(Finding) {
        switch input.byte() % 4 {
        case 0: try reply(&input)
        case 1: try nodes(input.text())
        case 2: try information(input.text())
        default: try error(input.text())
        }
    }

    private static func reply(_ input: inout FuzzInput) throws(Finding) {
        let (snapshots, counts) = (Int(input.byte() % 4), Int(input.byte() % 4))
        let stream = input.all()
        if let joined = parse(stream, joining: snapshots + counts),
            let readings = try? joined.slotBurstReply(snapshots: snapshots, counts: counts)
        {
            try promise(readings.lengths.reduce(0, +) == readings.keys.count, "lengths do not add up")
            try promise(readings.counts.allSatisfy { $0 >= 0 }, "a negative size")
            try consistent(readings.keys)
        }
        guard let reply = parse(stream, joining: 1) else { return }
        let value = reply.value
        if let page = try? reply.scanPage() { try consistent(page.keys) }
        if let error = reply.error { try self.error(error.message) }
        if let slots = try? ClusterSlotsReply(value, asked: asked) { try topology(slots.topology) }
        if let text = value.string {
            try nodes(text)
            try information(text)
        }
    }

    private static func parse(_ stream: [UInt8], joining count: Int) -> FlatReply? {
        var parser = ReplyParser(maximumReplyBytes: 1 << 20)
        return stream.withUnsafeBytes { bytes in
            var rest = bytes
            return try? parser.next(&rest, joining: count)
        }
    }

    private static func consistent(_ keys: KeyBatch) throws(Finding) {
        var bytes = 0
        keys.forEachKey { bytes += $0.count + Int($0.last ?? 0) - Int($0.last ?? 0) }
        try promise(bytes == keys.byteCount, "\(bytes) bytes of names, \(keys.byteCount) said")
    }

    private static func topology(_ topology: ClusterTopology) throws(Finding) {
        var served = SlotSet()
        for shard in topology.shards {
            try promise(!shard.slots.isEmpty, "a shard without slots")
            try promise(served.isDisjoint(with: shard.slots), "a slot at two shards")
            served.formUnion(shard.slots)
            if let slot = shard.slots.first(where: { _ in true }) {
                try promise(topology.shard(serving: slot) == shard, "slot \(slot) is found elsewhere")
            }
            try promise(topology.locate(shard.primary.id)?.shard == shard, "a primary is found elsewhere")
        }
        try promise(topology.servedSlots == served, "other slots are served than shards have")
        var discovery = NodeDiscovery(seeds: [asked])
        try promise(discovery.candidates(knowing: topology).count <= 33, "too many nodes to try")
    }

    private static func nodes(_ text: String) throws(Finding) {
        guard let lines = try? ClusterNodesLine.parse(text) else { return }
        try promise(lines.filter(\.isMyself).count <= 1, "two nodes are this node")
        let slots = lines.reduce(into: SlotSet()) { $0.formUnion($1.slots) }
        try promise(slots.count == lines.reduce(0) { $0 + $1.slots.count }, "a slot on two lines")
        let info = "run_id:" + String(repeating: "a", count: 40) + "\nredis_mode:cluster\n"
        if let status = try? NodeStatus(clusterNodes: text, info: info) {
            try promise(status.slots.isSubset(of: slots), "slots from nowhere")
            try promise(!status.marked.isEmpty || status.peers.isEmpty, "peers without a migration")
        }
    }

    private static func information(_ text: String) throws(Finding) {
        _ = try? ServerInfo(text)
        if let work = CommandStatistics(text) {
            try promise(work.otherCalls >= 0 && work.scanMicroseconds >= 0, "less than no work")
        }
    }

    private static func error(_ message: String) throws(Finding) {
        let error = ServerError(message: message)
        guard let redirection = Redirection(error, askedAt: asked) else { return }
        try promise(redirection.slot < 16384, "slot \(redirection.slot)")
        try promise((1...65535).contains(redirection.address.port), "port \(redirection.address.port)")
        try promise(redirection.address.host.utf8.count <= 255, "a long host")
    }
}
