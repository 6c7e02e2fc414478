extension SlotReads {
    private static let mostBytes = 1 << 31

    /// The calls of the burst, in the order in which ``decode(_:)`` expects their replies.
    var commands: [Command] {
        snapshots.map { Command("CLUSTER", "GETKEYSINSLOT", "\($0.slot)", "\($0.limit)") }
            + counts.map { Command("CLUSTER", "COUNTKEYSINSLOT", "\($0)") }
    }

    /// Reads the replies to ``commands``.
    func decode(_ replies: [FlatReply]) throws(ReplyError) -> (snapshots: [KeyBatch], counts: [Int]) {
        guard replies.count == snapshots.count + counts.count else {
            throw .unexpected("replies are missing")
        }
        var keys: [KeyBatch] = []
        keys.reserveCapacity(snapshots.count)
        for reply in replies.prefix(snapshots.count) {
            keys.append(try reply.keys())
        }
        guard keys.reduce(0, { $0 + $1.byteCount }) <= Self.mostBytes else {
            throw .unexpected(
                "the keys of one burst take over \(Self.mostBytes) bytes: ask for fewer (COUNT)"
            )
        }
        var sizes: [Int] = []
        sizes.reserveCapacity(counts.count)
        for reply in replies.dropFirst(snapshots.count) {
            sizes.append(Int(try reply.integer()))
        }
        return (keys, sizes)
    }
}
