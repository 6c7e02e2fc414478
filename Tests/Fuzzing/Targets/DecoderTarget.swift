import ScanCore

/// However the network cuts a stream, the same replies come out, and no more memory is held than was allowed.
enum DecoderTarget {
    private struct Outcome: Equatable {
        var replies: [RESPValue] = []
        var failure: ReplyParser.Failure.Kind?
    }

    static func run(_ input: inout FuzzInput) throws(Finding) {
        let count = Int(input.byte() % 4)
        let bound = 1 << (10 + Int(input.byte() % 12))
        let limit = input.byte() % 2 == 0 ? Int.max : bound / 2
        let seed = UInt64(input.byte()) + 1
        let stream = input.all()
        let whole = try outcome(stream, in: [stream.count], count, bound, limit)
        var random = seed
        var slices: [Int] = []
        var position = 0
        while position < stream.count {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let slice = min(1 + Int(random >> 33) % (random >> 60 == 0 ? 5000 : 7), stream.count - position)
            slices.append(slice)
            position += slice
        }
        let sliced = try outcome(stream, in: slices, count, bound, limit)
        // What is too large shows sooner in small slices.
        if whole.failure != .replyTooLarge, sliced.failure != .replyTooLarge {
            try promise(whole == sliced, "\(whole) in one piece, \(sliced) in \(slices.count)")
        }
    }

    private static func outcome(
        _ stream: [UInt8],
        in slices: [Int],
        _ count: Int,
        _ bound: Int,
        _ limit: Int
    ) throws(Finding) -> Outcome {
        var parser = ReplyParser(maximumReplyBytes: bound)
        var outcome = Outcome()
        var position = 0
        for slice in slices {
            let bytes = Array(stream[position..<position + slice])
            position += slice
            bytes.withUnsafeBytes { bytes in
                var rest = bytes
                do throws(ReplyParser.Failure) {
                    while let reply = try parser.next(&rest, joining: count, atMost: limit) {
                        outcome.replies.append(reply.value)
                    }
                } catch {
                    outcome.failure = error.kind
                }
            }
            // Buffers grow by doubling; what one reply needed is kept ready for the next, 4 MiB at most.
            try promise(parser.memory <= 4 * bound + 5 << 20, "\(parser.memory) bytes held of \(bound)")
            try promise(
                parser.pendingBytes <= bound + slice + 8192,
                "\(parser.pendingBytes) bytes of \(bound)"
            )
            if outcome.failure != nil { break }
        }
        return outcome
    }
}
