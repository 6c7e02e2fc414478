import ClusterScan

/// One run of `cluster-scan members`: reads and writes page after page.
struct MemberRun: Sendable {
    var pages: MemberPages
    var start: MemberCursor
    var limit: UInt64?
    var format: MemberFormat
    var parts: MemberWriter.Parts
    var console: Console

    /// Runs until the end, the limit, a failure, or the cancellation of the task.
    func run() async -> MemberEnding {
        let file = FileDescriptor.standardOutput
        var writer = MemberWriter(
            BlockWriter(file),
            format: format,
            parts: parts,
            escapesDeceptive: file.isTerminal
        )
        let begin = ContinuousClock.now
        var ending = MemberEnding(.finished, cursor: start)
        var type: KeyType?
        var shown = begin
        do {
            for try await page in pages {
                type = page.type
                ending.hasBegun = true
                if page.hasStartedOver {
                    console.warn(
                        "another server process answers than the one that gave the cursor: "
                            + "reading from the beginning, so that members may come twice"
                    )
                }
                let room = limit.map { $0 - min($0, writer.members) } ?? .max
                let fits = UInt64(page.members.count) <= room
                try writer.write(page.members.prefix(Int(clamping: room)))
                try writer.flush()
                if fits { ending.cursor = page.cursor }
                if let limit, writer.members >= limit, !(fits && page.cursor.isFinished) {
                    ending.cause = .limitReached
                    break
                }
                try Task.checkCancellation()
                let now = ContinuousClock.now
                if showsProgress, now - shown >= (console.isTerminal ? .milliseconds(200) : .seconds(10)) {
                    shown = now
                    console.showProgress(
                        "\(NumberText.grouped(writer.members)) members  "
                            + NumberText.clock(begin.duration(to: now))
                    )
                }
            }
            if case .finished = ending.cause { try Task.checkCancellation() }
        } catch let failure as SystemError {
            ending.cause = .failed(CommandFailure(failure))
        } catch {
            ending.cause =
                error is CancellationError ? .stopped(.interrupted) : .failed(CommandFailure(error))
        }
        ending.members = writer.members
        ending.leftOut = writer.leftOut
        ending.elapsed = begin.duration(to: .now)
        guard format == .json, type != nil, !ending.isOutputFailure else { return ending }
        do throws(SystemError) {
            try writer.write(line: report(ending, type: type))
            try writer.flush()
        } catch {
            ending.cause = .failed(CommandFailure(error))
        }
        return ending
    }

    /// Drawn over lines that go to the same terminal, progress would only be in the way.
    private var showsProgress: Bool {
        console.tellsProgress && !(console.isTerminal && FileDescriptor.standardOutput.isTerminal)
    }

    private func report(_ ending: MemberEnding, type: KeyType?) -> String {
        let isComplete = ending.isReadToTheEnd
        let report = JSONText.object([
            ("complete", .bool(isComplete)), ("type", JSONText(type?.rawValue)),
            ("members", .number(Int(clamping: ending.members))),
            ("cursor", isComplete ? .null : JSONText(ending.cursor?.description)),
        ])
        return JSONText.object([("report", report)]).line
    }
}
