public import ClusterScan

extension ClusterScanner {
    /// Deletes keys, lets them expire, or lets them stay: all that an iteration finds.
    ///
    /// With neither a pattern nor a type these are all the keys of the cluster, so both have to be written
    /// down. A key that does not match the pattern is never touched: names are compared here once more before
    /// anything is sent. A type is checked by the server when it names the key; a key that is replaced by one
    /// of another type in the moment after that is not spared.
    ///
    /// ```swift
    /// let report = await scanner.apply(.delete, match: "session:*", type: nil)
    /// print(report.tally.done, report.isComplete)
    /// ```
    ///
    /// - Parameters:
    ///   - change: What to do.
    ///   - pattern: Only keys that match this glob. One whose meaning depends on the servers' processors is
    ///     refused.
    ///   - type: Only keys that hold this type.
    ///   - cursor: Where to begin: `ScanCursor.start` or the cursor of an earlier report.
    ///   - options: How to go about it.
    ///   - onProgress: Gets after every chunk how far things are; what it throws ends the work.
    /// - Returns: What was done and how it ended. Cancelling the task stops the work as
    ///   ``work(from:match:type:options:onProgress:step:)`` describes.
    public func apply(
        _ change: KeyChange,
        match pattern: GlobPattern?,
        type: KeyType?,
        from cursor: ScanCursor = .start,
        options: WorkOptions = WorkOptions(),
        onProgress: (WorkProgress) throws -> Void = { _ in }
    ) async -> WorkReport {
        if let error = await objection(to: change, of: pattern) {
            return WorkReport(refusing: error, cursor: cursor)
        }
        let order = ChangeOrder(change, pattern, scanner: self, options: options.commands)
        return await work(
            from: cursor,
            match: pattern,
            type: type,
            options: options,
            onProgress: onProgress,
            step: order.perform
        )
    }

    /// Finds out what ``apply(_:match:type:from:options:onProgress:)`` would do, and changes nothing.
    ///
    /// - Parameters:
    ///   - change: What would be done; `nil` for something that concerns every key that is found.
    ///   - pattern: Only keys that match this glob.
    ///   - type: Only keys that hold this type.
    ///   - cursor: Where to begin.
    ///   - options: How to go about it.
    ///   - onProgress: Gets after every chunk how far things are; what it throws ends the work.
    /// - Returns: The counts, as far as it came.
    public func preview(
        _ change: KeyChange?,
        match pattern: GlobPattern?,
        type: KeyType?,
        from cursor: ScanCursor = .start,
        options: WorkOptions = WorkOptions(),
        onProgress: (WorkProgress) throws -> Void = { _ in }
    ) async -> WorkPreview {
        if let error = await objection(to: change, of: pattern) {
            return WorkPreview(report: WorkReport(refusing: error, cursor: cursor))
        }
        let findings = PreviewFindings()
        var report = await work(
            from: cursor,
            match: pattern,
            type: type,
            options: options,
            onProgress: onProgress
        ) { chunk in
            try await self.preview(change, chunk, options.commands, findings)
        }
        report.cursor = cursor
        return findings.preview(report)
    }

    private func preview(
        _ change: KeyChange?,
        _ chunk: WorkChunk,
        _ options: CommandOptions,
        _ findings: PreviewFindings
    ) async throws -> WorkTally {
        let now = SystemTime.millisecondsSince1970
        let inquiries = chunk.keys.compactMap { key in key.withUnsafeBytes { change?.inquiry(about: $0) } }
        let outcomes: [WorkOutcome]
        if inquiries.isEmpty {
            outcomes = [WorkOutcome](repeating: .done, count: chunk.keys.count)
        } else {
            outcomes = zip(chunk.keys, try await send(inquiries, options: options)).map { key, reply in
                WorkOutcome(reply) { reply in
                    key.withUnsafeBytes { change?.foresee(reply, key: $0, now: now) ?? .done }
                }
            }
        }
        return findings.add(chunk, outcomes)
    }

    /// Why a change must not begin.
    private func objection(to change: KeyChange?, of pattern: GlobPattern?) async -> ClusterScanError? {
        guard let pattern, pattern.variesByPlatform else { return await self.objection(to: change) }
        return ClusterScanError(
            .invalidQuery,
            "the pattern \(pattern) has a class with a range from an ASCII character to one that is not: "
                + "servers on different processors disagree about what it matches. List the characters "
                + "instead"
        )
    }

    /// Conditions for expiries came with Redis 7.0: servers before it refuse each key by itself. What a
    /// server does not tell is left to it.
    private func objection(to change: KeyChange?) async -> ClusterScanError? {
        guard case .expire(let expiry)? = change, let condition = expiry.condition else { return nil }
        for shard in (try? await topology())?.shards ?? [] {
            let address = shard.primary.address
            guard let text = try? await send("INFO", "server", to: address).string,
                case let version = ServerVersion(info: text), version.product == .redis,
                1..<7 ~= version.major
            else { continue }
            return ClusterScanError(
                .invalidQuery,
                "the condition \(condition.rawValue) needs Redis 7.0; this is \(version)",
                at: address
            )
        }
        return nil
    }
}

extension WorkReport {
    /// Nothing was begun.
    init(refusing error: ClusterScanError, cursor: ScanCursor) {
        self.init(tally: WorkTally(), cursor: cursor, ending: .failed(error))
    }
}
