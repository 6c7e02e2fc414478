extension NodeConnection {
    /// Sends commands in one write and waits for their replies, error replies included. Only on the event
    /// loop.
    func sendAll(
        _ commands: [Command],
        limit: ReplyLimit = .data
    ) async throws(ConnectionError) -> [FlatReply] {
        try await withCheckedContinuation { continuation in
            send(commands, limit: limit) { continuation.resume(returning: $0) }
        }.get()
    }

    /// Sends a `SCAN` and waits for its page. Only on the event loop.
    func scanPage(_ command: Command) async throws(ScanFailure) -> (cursor: UInt64, keys: KeyBatch) {
        try await exchange([command]) { replies throws(ReplyError) in
            guard let reply = replies.first else { throw .unexpected("the reply is missing") }
            return try reply.scanPage()
        }
    }

    /// Takes snapshots of slots and asks for sizes. Only on the event loop.
    func read(_ reads: SlotBurst) async throws(ScanFailure) -> SlotBurstReply {
        let result = await withCheckedContinuation { continuation in
            send(joining: reads.commands) { continuation.resume(returning: $0) }
        }
        do {
            return try result.get().slotBurstReply(reads)
        } catch let error as ConnectionError {
            throw ScanFailure(error)
        } catch let error as ReplyError {
            throw ScanFailure(error, at: address)
        } catch {
            throw ScanFailure(.giveUp, .protocolViolation, "\(error)", at: address)
        }
    }

    private func exchange<Result>(
        _ commands: [Command],
        _ decode: ([FlatReply]) throws(ReplyError) -> Result
    ) async throws(ScanFailure) -> Result {
        let replies: [FlatReply]
        do {
            replies = try await sendAll(commands)
        } catch {
            throw ScanFailure(error)
        }
        do {
            return try decode(replies)
        } catch {
            throw ScanFailure(error, at: address)
        }
    }
}
