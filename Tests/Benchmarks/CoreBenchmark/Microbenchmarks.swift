import ScanCore

/// What the single steps of a scan cost, as lines of: name, median ns, ns per key or node, fastest ns.
enum Microbenchmarks {
    private static let keysPerPage = 1000

    static func run() throws {
        slots()
        patterns()
        try pages()
        try cursors()
        try TopologyBenchmark.run()
        try CoordinatorBenchmark.run()
    }

    private static let names = (0..<keysPerPage).map { number in
        Array(
            number % 3 == 0
                ? "{user:\(1_000_000 + number)}:cart:items".utf8
                : "session:01234567\(1_000_000 + number):profile".utf8
        )
    }

    private static func slots() {
        let batch = KeyBatch(names)
        let hasher = SlotHasher.shared
        Stopwatch.time("slots of 1,000 keys", parts: keysPerPage) { times in
            for _ in 0..<times {
                var sum = 0
                batch.forEachKey { sum += Int(hasher.slot(of: $0).rawValue) }
                Stopwatch.keep(sum)
            }
        }
        let third = SlotSet(below: HashSlot.count / 3)
        Stopwatch.time("keep 1,000 keys by slot", parts: keysPerPage) { times in
            for _ in 0..<times {
                var copy = batch
                copy.filter(slots: third)
                Stopwatch.keep(copy)
            }
        }
    }

    private static func patterns() {
        for pattern in ["user:*", "{user:42}:*", "{user:[0-9][0-9]}:*"] {
            Stopwatch.time("slots implied by `\(pattern)`") { times in
                for _ in 0..<times { Stopwatch.keep(GlobPattern(pattern).impliedSlots) }
            }
        }
        let batch = KeyBatch(names)
        for pattern in [GlobPattern("session:*"), GlobPattern("*:[a-c]art:*s"), GlobPattern("*no*match*")] {
            Stopwatch.time("match 1,000 keys with `\(pattern)`", parts: keysPerPage) { times in
                for _ in 0..<times {
                    var matches = 0
                    batch.forEachKey { if pattern.matches($0) { matches += 1 } }
                    Stopwatch.keep(matches)
                }
            }
        }
    }

    private static func pages() throws {
        var reply = Array("*2\r\n$6\r\n123456\r\n*\(keysPerPage)\r\n".utf8)
        for name in names {
            reply += Array("$\(name.count)\r\n".utf8) + name + Array("\r\n".utf8)
        }
        var parser = ReplyParser(maximumReplyBytes: 1 << 20)
        try Stopwatch.time("decode a page of 1,000 keys", parts: keysPerPage) { times in
            for _ in 0..<times {
                try reply.withUnsafeBytes { bytes in
                    var input = bytes
                    guard let page = try parser.next(&input)?.scanPage() else { fatalError("half a page") }
                    Stopwatch.keep(page)
                }
            }
        }
    }

    private static func cursors() throws {
        for lanes in [3, 1000] {
            let cursor = ScanCursor(progress(lanes: lanes))
            let token = cursor.description
            let title = "cursor of \(lanes) lanes (\(token.utf8.count) characters)"
            Stopwatch.time("write a \(title)", parts: lanes) { times in
                for _ in 0..<times { Stopwatch.keep(cursor.description) }
            }
            try Stopwatch.time("read a \(title)", parts: lanes) { times in
                for _ in 0..<times { Stopwatch.keep(try ScanCursor(token)) }
            }
        }
    }

    private static func progress(lanes: Int) -> ScanProgress {
        var progress = ScanProgress(queryDigest: ScanQuery().digest, wanted: .all)
        for lane in 0..<lanes {
            let number = UInt64(lane + 1)
            progress.lanes[LaneID(rawValue: number)] = LaneRecord(
                nodeIndex: lane,
                process: ProcessMark(
                    node: number &* 0x9e37_79b9_7f4a_7c15,
                    run: number &* 0xbf58_476d_1ce4_e5b9,
                    epoch: number
                ),
                position: .scan(number << 32),
                claims: SlotSet.share(lane, of: lanes)
            )
        }
        return progress
    }
}

extension SlotSet {
    /// One of equal parts of all slots.
    static func share(_ index: Int, of parts: Int) -> SlotSet {
        SlotSet(below: HashSlot.count * (index + 1) / parts)
            .subtracting(SlotSet(below: HashSlot.count * index / parts))
    }
}
