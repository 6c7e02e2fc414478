extension NodeConnection {
    /// Sends commands in one write and waits for their replies, error replies included. Only on the event loop.
    func sendAll(_ commands: [Command]) async throws(ConnectionError) -> [FlatReply] {
        try await withCheckedContinuation { continuation in
            send(commands) { continuation.resume(returning: $0) }
        }.get()
    }

    /// Sends a `SCAN` and waits for its page. Only on the event loop.
    func scanPage(_ command: Command) async throws(ScanFailure) -> (cursor: UInt64, keys: KeyBatch) {
        do {
            guard let reply = try await sendAll([command]).first else {
                throw ConnectionError(.protocolViolation, address: address, message: "the reply is missing")
            }
            return try reply.scanPage()
        } catch let error as ConnectionError {
            throw ScanFailure(error)
        } catch let error as ReplyError {
            throw ScanFailure(error, at: address)
        } catch {
            throw ScanFailure(.giveUp, .protocolViolation, "\(error)", at: address)
        }
    }
}
