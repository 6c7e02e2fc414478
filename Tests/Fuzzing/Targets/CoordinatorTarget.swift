import ScanCore

/// An iteration against nodes that answer anything: it goes on, or ends with a result or an error, and hands
/// out no key of a slot that is not wanted.
enum CoordinatorTarget {
    /// More steps than any iteration over three nodes takes that gets on.
    private static let mostSteps = 2000

    static func run(_ input: inout FuzzInput) throws(Finding) {
        var progress = ScanProgress(queryDigest: ScanQuery().digest, wanted: .all)
        if input.byte() % 2 == 0, let forged = forgedProgress(&input) { progress = forged }
        let choices = input.byte()
        let policy = ScanPolicy(
            maximumLanes: choices & 1 == 0 ? nil : 1,
            readPreference: .primaries,
            strategy: [.auto, .scan, .slots, .auto][Int(choices >> 1 & 3)],
            count: choices & 8 == 0 ? nil : 100,
            patience: .seconds(5),
            allowsUncoveredSlots: choices & 16 != 0,
            seed: 1
        )
        var run = HostileRun(ScanCoordinator(progress: progress, policy: policy))
        for _ in 0..<mostSteps {
            guard !input.isEmpty, try run.step(&input) else { return }
        }
    }

    private static func forgedProgress(_ input: inout FuzzInput) -> ScanProgress? {
        let body = input.bytes(Int(input.byte()))
        var writer = ByteWriter()
        writer.write(contentsOf: body)
        writer.write(fixed: CRC32.checksum(of: body))
        guard case .inProgress(let progress) = try? ScanCursor(Base64.text(writer.bytes, as: .urlSafe)).state
        else {
            return nil
        }
        return progress
    }
}

/// Performs what a coordinator decides, with answers of the input's making.
private struct HostileRun {
    private var coordinator: ScanCoordinator
    private var pending: [ScanAction] = []
    private var now = Duration.zero

    init(_ coordinator: ScanCoordinator) {
        self.coordinator = coordinator
        self.coordinator.start(now: .zero)
    }

    /// Answers one question.
    ///
    /// - Returns: Whether the iteration goes on.
    mutating func step(_ input: inout FuzzInput) throws(Finding) -> Bool {
        pending += coordinator.takeActions()
        try promise(pending.count < 50_000, "\(pending.count) actions wait")
        if pending.isEmpty {
            now += .milliseconds(Int(input.byte()) * 40)
            coordinator.tick(now: now)
            pending += coordinator.takeActions()
            return !pending.isEmpty || !input.isEmpty
        }
        let action = pending.remove(at: Int(input.byte()) % pending.count)
        switch action {
        case .loadTopology:
            if input.byte() % 8 == 7 {
                coordinator.topologyFailed(failure(input.byte()), now: now)
            } else {
                coordinator.topologyLoaded(CursorTarget.topology, now: now)
            }
        case .readStatus(let lane, let node, let statusRequest, _):
            if input.byte() % 8 == 7 {
                coordinator.laneFailed(lane, failure(input.byte()), now: now)
            } else {
                let status = status(of: node, &input)
                coordinator.statusRead(lane, statusRequest: statusRequest, status, now: now)
            }
        case .readPage(let lane, _, _, _):
            if input.byte() % 8 == 7 {
                coordinator.laneFailed(lane, failure(input.byte()), now: now)
            } else {
                let next = input.byte() % 2 == 0 ? UInt64(input.byte()) : input.number()
                let keys = names(Int(input.byte() % 16), &input)
                try delivered(coordinator.pageRead(lane, next: next, keys: KeyBatch(keys), now: now))
            }
        case .readSlots(let lane, _, let reads):
            if input.byte() % 8 == 7 {
                coordinator.laneFailed(lane, failure(input.byte()), now: now)
            } else {
                let readings = readings(reads, &input)
                try delivered(coordinator.slotsRead(lane, readings, now: now))
            }
        case .readWork(let node):
            let work = CommandStatistics(
                scanMicroseconds: Int(truncatingIfNeeded: input.number() >> 1),
                otherCalls: Int(truncatingIfNeeded: input.number() >> 1)
            )
            coordinator.workRead(of: node, work, now: now)
        case .wake(let moment):
            now = max(now, moment)
            coordinator.tick(now: now)
        case .report(let event):
            _ = "\(event)"
        case .finish(let report):
            try promise(
                report.uncovered.isEmpty || coordinator.progress.wanted == report.wanted,
                "an end with slots that are not covered"
            )
            return false
        case .fail(let error):
            try promise(
                error.description.utf8.count < 8 << 10,
                "a message of \(error.description.utf8.count)"
            )
            return false
        }
        return true
    }

    private func delivered(_ batch: ScanBatch?) throws(Finding) {
        guard let batch else { return }
        for key in batch.keys {
            let slot = HashSlot(key: key.bytes)
            try promise(coordinator.progress.wanted.contains(slot), "a key of slot \(slot)")
        }
        let token = batch.cursor.description
        try promise((try? ScanCursor(token))?.description == token, "a cursor that is not read again")
    }

    private func failure(_ choice: UInt8) -> ScanFailure {
        switch choice % 3 {
        case 0: ScanFailure(.rediscover, .unreachable, "gone")
        case 1: ScanFailure(.wait, .unreachable, "busy")
        default: ScanFailure(.giveUp, .permissionDenied, "no")
        }
    }

    private func status(of node: ClusterNode, _ input: inout FuzzInput) -> NodeStatus {
        let choices = input.byte()
        let others = CursorTarget.topology.shards.map(\.primary.id)
        let shard = CursorTarget.topology.locate(node.id)?.shard
        var status = NodeStatus(
            nodeID: choices & 2 == 0 ? node.id : others[Int(choices >> 5) % others.count],
            runID: Self.runs[Int(choices & 1)],
            configEpoch: choices & 4 == 0 ? 7 : UInt64(input.byte()),
            slots: shard?.slots ?? SlotSet(),
            version: choices & 8 == 0 ? ServerVersion(.redis, 7, 0) : ServerVersion(.valkey, 8, 0)
        )
        guard choices & 16 != 0 else { return status }
        for _ in 0..<input.byte() % 4 {
            let slot = HashSlot(unchecked: UInt16(input.byte()) << 6)
            let peer = others[Int(input.byte()) % others.count]
            status.peers[peer] = NodeAddress(host: "127.0.0.1", port: 7009)
            switch input.byte() % 4 {
            case 0: status.migrating[slot] = peer
            case 1: status.importing[slot] = peer
            case 2: status.slots.remove(slot)
            default: status.slots.insert(slot)
            }
        }
        if input.byte() % 8 == 7 { status.role = .replica(of: others[0]) }
        if input.byte() % 8 == 7 { status.seesMajority = false }
        return status
    }

    private static let runs = ["1", "2"].compactMap { RunID(String(repeating: $0, count: 40)) }

    private func names(_ count: Int, _ input: inout FuzzInput) -> [[UInt8]] {
        (0..<count).map { _ in input.bytes(1 + Int(input.byte() % 4)) }
    }

    private func readings(_ reads: SlotBurst, _ input: inout FuzzInput) -> SlotBurstReply {
        // Mostly of the form that the decoder lets through, and sometimes one short.
        let cut = input.byte() % 16 == 15
        var keys: [[UInt8]] = []
        var lengths: [Int] = []
        for snapshot in reads.snapshots.dropLast(cut ? 1 : 0) {
            let choice = input.byte()
            let name = choice & 1 == 0 ? CoordinatorNames.name(in: snapshot.slot) : input.bytes(3)
            let count = choice & 2 == 0 ? Int(choice >> 4) : min(snapshot.limit + Int(choice >> 4) - 8, 5000)
            keys += Array(repeating: name, count: max(0, count))
            lengths.append(max(0, count))
        }
        let counts = reads.counts.map { _ in
            let choice = input.byte()
            return choice < 250 ? Int(choice) : choice == 250 ? Int.max : Int(choice) * 100
        }
        return SlotBurstReply(keys: KeyBatch(keys), lengths: lengths, counts: counts)
    }
}

/// A name in each slot.
private enum CoordinatorNames {
    private static let names: [[UInt8]] = {
        var names = [[UInt8]](repeating: [], count: HashSlot.count)
        var missing = HashSlot.count
        var number = 0
        while missing > 0 {
            let name = Array(String(number).utf8)
            let slot = Int(HashSlot(key: name).rawValue)
            if names[slot].isEmpty {
                names[slot] = name
                missing -= 1
            }
            number += 1
        }
        return names
    }()

    static func name(in slot: HashSlot) -> [UInt8] { names[Int(slot.rawValue)] }
}
