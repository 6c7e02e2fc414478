package import ScanCore

/// The exit statuses of the tool: those of `sysexits.h` where one fits, 128 + *n* for an end by signal *n*.
package enum ExitStatus: Int32, CaseIterable, Sendable {
    case complete = 0
    case keysRefused = 1
    case usage = 64
    case unusableData = 65
    case noSuchKey = 66
    case unavailable = 69
    case protocolViolation = 70
    case outputFailed = 74
    case notPermitted = 77
    case badConfiguration = 78
    case interrupted = 130
    case pipeClosed = 141
    case terminated = 143

    package init(_ code: ClusterScanError.Code) {
        switch code {
        case .unreachable, .writesRefused, .slotsNotCovered, .announcedAddressesUnreachable, .tlsFailed:
            self = .unavailable
        case .authenticationFailed, .permissionDenied, .certificateRefused: self = .notPermitted
        case .invalidCursor: self = .unusableData
        case .invalidQuery: self = .usage
        case .invalidConfiguration: self = .badConfiguration
        case .conflict: self = .keysRefused
        case .noSuchKey: self = .noSuchKey
        default: self = .protocolViolation
        }
    }

    package var meaning: String {
        switch self {
        case .complete: "complete: everything that was asked for is done"
        case .keysRefused: "some keys were refused, in conflict, or not the same; they are named"
        case .usage: "wrong usage, or a query that the server refuses"
        case .unusableData: "an unusable cursor, checkpoint or dump; names nul cannot tell"
        case .noSuchKey: "the key that was named does not exist"
        case .unavailable: "servers out of reach or not trusted, or slots that could not be covered"
        case .protocolViolation: "a server answered in a way that is not understood"
        case .outputFailed: "a file could not be read or written"
        case .notPermitted: "the server refused user, password, certificate or a command"
        case .badConfiguration: "the configuration file, a password or a certificate cannot be used"
        case .interrupted: "stopped by Ctrl-C (SIGINT)"
        case .pipeClosed: "whoever was reading the output has closed it (SIGPIPE)"
        case .terminated: "stopped by SIGTERM"
        }
    }

    /// A table for the help text.
    package static var table: String {
        allCases.map { status in
            let number = String(status.rawValue)
            return "  " + String(repeating: " ", count: 3 - number.count) + number + "  " + status.meaning
        }.joined(separator: "\n")
    }
}
