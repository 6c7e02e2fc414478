package import ClusterScan

/// How the reading of a collection ended, and what is to be said about it.
package struct MemberEnding: Sendable {
    package enum Cause: Sendable {
        /// The collection came to its end.
        case finished
        /// As many members were written as the user wanted.
        case limitReached
        /// A signal came.
        case stopped(ExitStatus)
        /// The reading or the output failed.
        case failed(CommandFailure)
    }

    package var cause: Cause
    /// Members that were written.
    package var members: UInt64 = 0
    /// Members that the format cannot represent.
    package var leftOut: UInt64 = 0
    /// Whether anything was read.
    package var hasBegun = false
    package var elapsed = Duration.zero
    /// Stands for what was written.
    package var cursor: MemberCursor?

    package init(_ cause: Cause, cursor: MemberCursor?) {
        self.cause = cause
        self.cursor = cursor
    }

    package var isReadToTheEnd: Bool {
        if case .finished = cause { true } else { false }
    }

    var isOutputFailure: Bool {
        if case .failed(let failure) = cause {
            failure.status == .outputFailed || failure.status == .pipeClosed
        } else {
            false
        }
    }

    package var status: ExitStatus {
        switch cause {
        case .finished, .limitReached: leftOut > 0 ? .unusableData : .complete
        case .stopped(let status): status
        case .failed(let failure): failure.status
        }
    }

    /// What went well: for people who watch.
    package func summary(colors: Bool) -> String? {
        guard status == .complete else { return nil }
        let work = "\(NumberText.counted(members, "member")) in \(NumberText.elapsed(elapsed))"
        return isReadToTheEnd
            ? Style.green("Complete:", when: colors) + " \(work)" : "Stopped at --limit: \(work)"
    }

    /// What went wrong: always to be said.
    package func complaint(colors: Bool) -> String? {
        var lines: [String] = []
        func incomplete(_ words: String) {
            lines.append(
                Style.red("INCOMPLETE:", when: colors)
                    + " \(NumberText.counted(members, "member")) written, then \(words)"
            )
        }
        switch cause {
        case .finished, .limitReached: break
        case .stopped: incomplete("stopped")
        case .failed(let failure):
            guard let message = failure.message else { return nil }
            lines.append(Style.red("Error:", when: colors) + " " + ConsoleText.safe(message))
            if hasBegun { incomplete("failed") }
        }
        if leftOut > 0 {
            lines.append(
                Style.red("Error:", when: colors)
                    + " left out \(NumberText.counted(leftOut, "member")) with a zero byte, which --format "
                    + "nul cannot tell from the end of a name: use --format text or --format json"
            )
        }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }
}
