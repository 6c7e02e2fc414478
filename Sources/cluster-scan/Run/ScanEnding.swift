package import ClusterScan

/// How a dump ended, and what is to be said about it.
package struct ScanEnding: Sendable {
    package enum Cause: Sendable {
        /// The iteration came to its end.
        case finished(ScanReport)
        /// As many keys were written as the user wanted.
        case limitReached
        /// A signal came.
        case stopped(ExitStatus)
        /// The iteration or the output failed.
        case failed(CommandFailure)

        /// Whether the output takes nothing more.
        package var isOutputFailure: Bool {
            if case .failed(let failure) = self {
                failure.status == .outputFailed || failure.status == .pipeClosed
            } else {
                false
            }
        }

        /// Whether the iteration has nothing left to return.
        package var isIterationComplete: Bool {
            if case .finished(let report) = self { report.isComplete } else { false }
        }
    }

    package var cause: Cause
    /// Names that were written.
    package var keys: UInt64
    /// Names that the format cannot represent.
    package var leftOut: UInt64
    package var elapsed: Duration
    /// How many nodes were read.
    package var nodes: Int
    /// Stands for what was written.
    package var cursor: ScanCursor

    package init(
        _ cause: Cause,
        keys: UInt64,
        leftOut: UInt64 = 0,
        elapsed: Duration = .zero,
        nodes: Int = 0,
        cursor: ScanCursor
    ) {
        self.cause = cause
        self.keys = keys
        self.leftOut = leftOut
        self.elapsed = elapsed
        self.nodes = nodes
        self.cursor = cursor
    }

    package var status: ExitStatus {
        switch cause {
        case .finished(let report) where !report.isComplete: .unavailable
        case .finished, .limitReached: leftOut > 0 ? .unusableData : .complete
        case .stopped(let status): status
        case .failed(let failure): failure.status
        }
    }

    /// What went well: for people who watch.
    package func summary(colors: Bool) -> String? {
        let seconds = elapsed / .seconds(1)
        let rate = seconds > 0 ? " (\(NumberText.compact(Double(keys) / seconds))/s)" : ""
        let work = "\(NumberText.counted(keys, "key")) in \(NumberText.elapsed(elapsed))\(rate)"
        switch cause {
        case .finished(let report) where status == .complete:
            let repeated =
                report.restarts > 0
                ? ". Nodes that changed while they were read were read again, so keys may be there twice" : ""
            return Style.green("Complete:", when: colors)
                + " \(work) from \(NumberText.counted(nodes, "node"))\(repeated)"
        case .limitReached where status == .complete:
            return "Stopped at --limit: \(work)"
        default:
            return nil
        }
    }

    /// What went wrong: always to be said.
    package func complaint(colors: Bool) -> String? {
        var lines: [String] = []
        func incomplete(_ words: String) {
            lines.append(
                Style.red("INCOMPLETE:", when: colors) + " \(NumberText.counted(keys, "key")) written, "
                    + words
            )
        }
        switch cause {
        case .finished(let report) where !report.isComplete:
            incomplete("without \(SlotText.counted(report.uncovered)), which could not be covered")
        case .finished, .limitReached:
            break
        case .stopped:
            incomplete("then stopped" + openSlots())
        case .failed(let failure):
            guard let message = failure.message else { return nil }
            lines.append(Style.red("Error:", when: colors) + " " + ConsoleText.safe(message))
            incomplete("then failed" + openSlots())
        }
        if leftOut > 0 {
            lines.append(
                Style.red("Error:", when: colors)
                    + " left out \(NumberText.counted(leftOut, "name")) with a zero byte, which --format nul "
                    + "cannot tell from the end of a name: use --format text or --format json"
            )
        }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }

    private func openSlots() -> String {
        guard let inspection = cursor.inspection else { return "" }
        let open = inspection.wanted.subtracting(inspection.covered)
        return "; still to be covered: \(SlotText.counted(open))"
    }
}

extension RunRecording {
    /// Where one can go on from after a dump, and what is missing.
    func note(_ ending: ScanEnding) {
        guard !ending.cause.isIterationComplete else { return }
        let open = ending.cursor.inspection.map { $0.wanted.subtracting($0.covered) }
        if case .finished(let report) = ending.cause {
            note(cursor: ending.cursor, uncovered: report.uncovered)
        } else {
            note(cursor: ending.cursor, uncovered: open ?? SlotSet())
        }
    }
}
