/// Watches of keys. A connection has one at a time, as any transaction on it ends all of them.
extension CommandSender {
    /// Watches keys, wherever the first of them is.
    func watch(_ keys: [[UInt8]], number: Int, options: CommandOptions) async throws -> KeyWatch {
        let call = try await begin()
        defer { client.ended(call) }
        let deadline = ContinuousClock.now + options.patience
        let slot = HashSlot(key: keys.first ?? [])
        var pace = RetryPace()
        var (attempts, redirection): (Int, Redirection?) = (0, nil)
        while true {
            var failure: ScanFailure
            let owners = try await owners(patience: options.patience)
            if let address = redirection?.address ?? owners[slot].map({ owners.addresses[$0] }) {
                do throws(ScanFailure) {
                    let isAsking = redirection?.kind == .ask
                    let connection = try await connection(to: address, watching: number)
                    let error = try await self.watch(keys, over: connection, isAsking)
                    guard let error else {
                        return KeyWatch(keys: keys, connection: connection, isAsking: isAsking, sender: self)
                    }
                    failure = ScanFailure(error, at: address)
                    redirection = Redirection(error, askedAt: address)
                } catch {
                    failure = error
                    redirection = nil
                }
            } else {
                let message = "no node serves slot \(slot), to which the key belongs"
                failure = ScanFailure(.rediscover, .slotsNotCovered, message)
            }
            attempts += 1
            if redirection != nil, RetryPace.followsAtOnce(afterAttempts: attempts) { continue }
            redirection = nil
            guard failure.remedy != .giveUp, ContinuousClock.now < deadline, await !client.isShutDown else {
                throw ClusterScanError(failure).labelled(client.label)
            }
            try await Task.sleep(for: pace.pause(afterAttempts: attempts))
            _ = try? await client.topology(fresh: true)
        }
    }

    private func connection(
        to address: NodeAddress,
        watching number: Int
    ) async throws(ScanFailure) -> NodeConnection {
        do throws(ConnectionError) {
            return try await client.pool.connection(to: address, for: .watching(number), isKept: true)
        } catch {
            throw ScanFailure(error)
        }
    }

    /// - Returns: Why the server does not watch the keys.
    private func watch(
        _ keys: [[UInt8]],
        over connection: NodeConnection,
        _ isAsking: Bool
    ) async throws(ScanFailure) -> ServerError? {
        // The empty transaction forgets what was watched before, and finds out whether there may be one: at
        // the end, without `MULTI`, a command would be run in any case.
        var commands = [Command("MULTI"), Command("EXEC")]
        if isAsking { commands.append(Command("ASKING")) }
        commands.append(Command([Array("WATCH".utf8)] + keys))
        do throws(ConnectionError) {
            return try await replies(to: commands, over: connection).lazy.compactMap { $0.error?.cause }.first
        } catch {
            throw ScanFailure(error)
        }
    }

    /// Ends a watch with commands that are run if nothing has changed.
    func finish(_ watch: KeyWatch, with commands: [Command]) async throws -> [RESPValue]? {
        let begin = (watch.isAsking ? [Command("ASKING")] : []) + [Command("MULTI")]
        let replies: [FlatReply]
        do throws(ConnectionError) {
            replies = try await self.replies(to: begin + commands + [Command("EXEC")], over: watch.connection)
        } catch {
            return nil
        }
        for case let error? in replies.lazy.map({ $0.error?.cause }) {
            let failure = ScanFailure(error, at: watch.connection.address)
            if ["NOPERM", "NOAUTH"].contains(error.code) || error.isUnknownCommand {
                throw ClusterScanError(failure).labelled(client.label)
            }
            if error.refusesWrites {
                var refusal = ClusterScanError(failure).labelled(client.label)
                refusal.code = .writesRefused
                throw refusal
            }
        }
        // Nothing stands for a transaction that was not run.
        let values = replies.last?.value.array
        return values?.contains { if case .error = $0 { true } else { false } } == true ? nil : values
    }

    private func replies(
        to commands: [Command],
        over connection: NodeConnection
    ) async throws(ConnectionError) -> [FlatReply] {
        let result: Result<[FlatReply], ConnectionError> = await withCheckedContinuation { continuation in
            connection.send(commands) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }
}
