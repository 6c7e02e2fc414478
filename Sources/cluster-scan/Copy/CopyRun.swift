import ClusterScan
import ClusterScanOperations

/// One run of `cluster-scan copy`: a dry run, or the copy, or the look afterwards, or both.
struct CopyRun {
    private let command: CopyCommand

    init(command: CopyCommand) {
        self.command = command
    }

    private enum Check: Sendable {
        case none
        case done(WorkReport, CopyVerdict)
        case failed(WorkReport, CommandFailure)
    }

    func run() async throws {
        let destination = try command.destination.scanner(like: command.connection.resolve().configuration)
        let session: WorkSession
        do {
            session = try await self.session(to: destination)
        } catch {
            await destination.shutDown()
            throw error
        }
        do {
            let copier = try await KeyCopier(
                from: session.scanner,
                to: destination,
                matching: command.query.pattern,
                options: command.options
            )
            if command.dryRun {
                try await tryOut(copier, session)
            } else if command.verifyOnly {
                try await verify(destination, session)
            } else {
                try await copy(copier, destination, session)
            }
        } catch {
            await session.scanner.shutDown()
            await destination.shutDown()
            await session.console.finish()
            throw error
        }
        await destination.shutDown()
    }

    private func session(to destination: ClusterScanner) async throws -> WorkSession {
        let topology = try await destination.topology()
        let cluster = topology.isCluster ? topology : nil
        return try WorkSession(
            command.connection,
            command.query,
            command.resume,
            command.pace,
            command.work,
            of: try command.deed(to: cluster),
            to: cluster,
            keepsCursor: !command.dryRun && !command.verifyOnly
        )
    }

    private func tryOut(_ copier: KeyCopier, _ session: WorkSession) async throws {
        let type = command.query.keyType
        let (report, signal) = await session.run { session in
            await copier.previewAll(
                type: type,
                from: session.start,
                options: session.options,
                onProgress: session.tracker.note
            )
        }
        let preview = copier.findings
        if command.format == .json {
            try StandardOutput.write(CopyReport.json(preview, report).text + "\n")
        } else if report.isComplete {
            try StandardOutput.write(CopyReport.text(preview, replaces: command.replace))
        }
        try await session.finish(
            WorkEnding(report, signal: signal),
            words: CopyReport.previewWords,
            dryRun: true
        )
    }

    private func verify(_ destination: ClusterScanner, _ session: WorkSession) async throws {
        let verification = verification(session, destination)
        let type = command.query.keyType
        let (check, signal) = await session.run { session in
            await Self.check(verification, type, session)
        }
        try report(check, following: [])
        switch check {
        case .none: break
        case .failed(let report, let failure):
            if report.isComplete { throw failure }
            try await session.finish(
                WorkEnding(report, signal: signal),
                words: CopyReport.checkWords,
                dryRun: true
            )
        case .done(_, let verdict):
            await session.scanner.shutDown()
            await session.console.finish()
            if !verdict.isGood { throw CommandFailure(.keysRefused) }
        }
    }

    private func copy(
        _ copier: KeyCopier,
        _ destination: ClusterScanner,
        _ session: WorkSession
    ) async throws {
        let verification = command.verify ? verification(session, destination) : nil
        let type = command.query.keyType
        let (result, signal) = await session.run { session -> (WorkReport, Check) in
            let report = await copier.copyAll(
                type: type,
                from: session.start,
                options: session.options,
                onProgress: session.tracker.note
            )
            guard let verification, report.isComplete else { return (report, .none) }
            return (report, await Self.check(verification, type, session))
        }
        let (copied, check) = result
        let ending = WorkEnding(copied, signal: signal)
        if command.format == .json {
            try report(check, following: CopyReport.members(copied, copier.statistics))
        } else {
            if copied.isComplete, !command.work.quiet {
                try StandardOutput.write(CopyReport.text(ending, copier.statistics))
            }
            try report(check, following: [])
        }
        if copied.tally.refused["BUSYKEY"] != nil {
            session.console.say("Keys that exist at the destination are replaced with --replace only")
        }
        if case .failed(_, let failure) = check, let message = failure.message {
            session.console.say("The check came to no end: " + ConsoleText.safe(message))
        }
        try await session.finish(ending, words: CopyReport.words)
        switch check {
        case .none: break
        case .failed(_, let failure): throw CommandFailure(failure.status)
        case .done(_, let verdict): if !verdict.isGood { throw CommandFailure(.keysRefused) }
        }
    }

    private func verification(_ session: WorkSession, _ destination: ClusterScanner) -> CopyVerification {
        CopyVerification(
            from: session.scanner,
            to: destination,
            matching: command.query.pattern,
            options: command.options,
            samples: command.samples.value,
            expiryTolerance: command.expiryTolerance.duration
        )
    }

    private static func check(
        _ verification: CopyVerification,
        _ type: KeyType?,
        _ session: WorkSession
    ) async -> Check {
        let report = await verification.checkAll(
            type: type,
            options: session.options,
            // Not the tracker's: the cursor file belongs to the copy.
            onProgress: { _ in }
        )
        switch report.ending {
        case .failed(let error): return .failed(report, CommandFailure(error))
        case .stopped: return .failed(report, CommandFailure(.interrupted, "stopped"))
        case .complete where !report.isComplete:
            return .failed(report, CommandFailure(.unavailable, "not all slots could be covered"))
        case .complete: break
        }
        do {
            return .done(report, try await verification.verdict())
        } catch {
            return .failed(report, CommandFailure(error))
        }
    }

    /// Writes what the check came to, after what is to be said of the copy.
    private func report(_ check: Check, following members: [(name: String, value: JSONText)]) throws {
        var verdict: CopyVerdict?
        if case .done(_, let result) = check { verdict = result }
        if command.format == .json {
            let members = members + [("verification", verdict.map(CopyReport.json) ?? .null)]
            try StandardOutput.write(JSONText.object(members).text + "\n")
        } else if let verdict {
            try StandardOutput.write(CopyReport.text(verdict))
        }
    }
}
