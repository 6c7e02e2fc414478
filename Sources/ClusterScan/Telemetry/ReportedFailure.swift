/// A failure as it may be given to logs and traces: servers that do not know a command repeat its arguments
/// in their error, and a pattern or a key among them do not belong there.
package struct ReportedFailure: Error, Sendable, CustomStringConvertible {
    package let code: String
    package let description: String

    package init(_ error: any Error) {
        switch error {
        case let error as ClusterScanError:
            code = error.code.description
            description = Self.withoutArguments(error.description)
        case is CancellationError:
            code = "cancelled"
            description = "the task was cancelled"
        default:
            code = "other"
            description = Self.withoutArguments("\(error)")
        }
    }

    /// Words of a server without the arguments it may repeat, and no more of them than a line of a log holds.
    static func withoutArguments(_ text: String) -> String {
        let end = text.firstRange(of: "with args")?.lowerBound ?? text.endIndex
        return String(text[..<end].prefix(500))
    }
}
