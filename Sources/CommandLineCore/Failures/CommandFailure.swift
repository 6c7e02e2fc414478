import ScanCore

/// Why a command ends without having done what it was asked to do.
package struct CommandFailure: Error, Sendable {
    package let status: ExitStatus
    /// What happened and what to do; `nil` where everything has been said, or nothing is to be said.
    package let message: String?

    package init(_ status: ExitStatus, _ message: String? = nil) {
        self.status = status
        self.message = message
    }

    /// Finds the exit status and the words for anything that a command can throw.
    package init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure:
            self = failure
        case let error as ClusterScanError:
            var message = error.description
            if let reply = error.serverError, reply.isUnknownCommand {
                message = message.replacing(reply.message, with: reply.withoutArguments)
            }
            let end = message.last.map { ".?!".contains($0) } == true ? " " : ". "
            self.init(
                ExitStatus(error.code),
                message + (CommandFailure.advice(error).map { end + $0 } ?? "")
            )
        case let error as ScanCursorError:
            self.init(.unusableData, error.description)
        case let error as SystemError:
            self.init(
                error.isClosedPipe ? .pipeClosed : .outputFailed,
                error.isClosedPipe ? nil : error.description
            )
        case is CancellationError:
            self.init(.interrupted)
        default:
            self.init(.protocolViolation, "\(error)")
        }
    }
}

extension CommandFailure: CustomStringConvertible {
    /// What happened and what to do.
    package var description: String { message ?? status.meaning }
}
