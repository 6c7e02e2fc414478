import ScanCore

/// A text is one cursor or none; behind the checksum as well.
enum CursorTarget {
    static func run(_ input: inout FuzzInput) throws(Finding) {
        let isForged = input.byte() % 2 == 0
        let parts = 1 + Int(input.byte() % 8)
        let token: String
        if isForged {
            let body = input.all()
            var writer = ByteWriter()
            writer.write(contentsOf: body)
            writer.write(fixed: CRC32.checksum(of: body))
            token = Base64.text(writer.bytes, as: .urlSafe)
        } else {
            token = input.text()
        }
        guard let cursor = try? ScanCursor(token), !cursor.isStart, !cursor.isFinished else { return }
        try promise(cursor.description == token, "written again as \(cursor)")
        guard case .inProgress(let progress) = cursor.state, let inspection = cursor.inspection else {
            throw Finding(description: "a cursor in progress without progress")
        }
        try promise(progress.covered.isSubset(of: progress.wanted), "more is covered than wanted")
        var claimed = progress.covered
        for lane in inspection.lanes {
            try promise(lane.slots.isDisjoint(with: claimed), "a slot is claimed twice")
            claimed.formUnion(lane.slots)
        }
        try promise(claimed.isSubset(of: progress.wanted), "more is claimed than wanted")
        for version in [ServerVersion(.redis, 7, 0), ServerVersion(.valkey, 8, 0)] {
            for lane in inspection.lanes {
                let fraction = lane.fractionRead(onServer: version)
                try promise((0...1).contains(fraction), "\(fraction) is read")
            }
        }
        // Of no query that there is, so the parts are made from the progress as it is.
        let query = ScanQuery()
        var own = progress
        own.queryDigest = query.digest
        guard let split = try? ScanCursor(own).split(into: parts, query: query, topology: Self.topology)
        else {
            throw Finding(description: "not split")
        }
        var wanted = SlotSet()
        for part in split {
            guard case .inProgress(let part) = part.state else { throw Finding(description: "an empty part") }
            try promise(part.wanted.isDisjoint(with: wanted), "a slot is in two parts")
            wanted.formUnion(part.wanted)
        }
        try promise(wanted == progress.wanted.subtracting(progress.covered), "the parts are not the whole")
    }

    static let topology: ClusterTopology = {
        let address = NodeAddress(host: "127.0.0.1", port: 7000)
        let ids = ["a", "b", "c"].map { String(repeating: $0, count: 40) }.compactMap(NodeID.init)
        let shards = ids.enumerated().map { index, id in
            let low = HashSlot(unchecked: UInt16(index * 5461))
            let high = HashSlot(unchecked: index == 2 ? 16383 : UInt16(index * 5461 + 5460))
            return ClusterTopology.Shard(
                primary: ClusterNode(id: id, address: NodeAddress(host: "127.0.0.1", port: 7000 + index)),
                replicas: [],
                slots: SlotSet(low...high)
            )
        }
        return (try? ClusterTopology(shards: shards)) ?? ClusterTopology(standalone: address)
    }()
}

/// The same for cursors of one collection.
enum MemberCursorTarget {
    static func run(_ input: inout FuzzInput) throws(Finding) {
        let token: String
        if input.byte() % 2 == 0 {
            let body = input.all()
            var writer = ByteWriter()
            writer.write(contentsOf: body)
            writer.write(fixed: CRC32.checksum(of: body))
            token = "m." + Base64.text(writer.bytes, as: .urlSafe)
        } else {
            token = input.text()
        }
        guard let cursor = try? MemberCursor(token), !cursor.isStart, !cursor.isFinished else { return }
        try promise(cursor.description == token, "written again as \(cursor)")
        try promise((try? ScanCursor(token)) == nil, "a cursor of a cluster as well")
        _ = try? cursor.progress(key: [], pattern: nil)
    }
}
