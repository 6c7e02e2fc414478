/// How values travel, as a run has learned from the servers' refusals.
enum CopyRoute: Sendable {
    /// As servers serialise them: `DUMP`, `RESTORE`.
    case dumps
    /// With the commands of their types: the destination reads no dumps of the source's version.
    case commands
    /// With the commands of their types alone: there is no `DUMP` or no `RESTORE`, or the user may not.
    case commandsOnly(reason: String)

    var isDumps: Bool { if case .dumps = self { true } else { false } }

    /// Why values of types that have no commands cannot travel; `nil` if they can.
    var obstacle: String? { if case .commandsOnly(let reason) = self { reason } else { nil } }

    /// What is to be said of it; `nil` of the usual way.
    var note: String? {
        switch self {
        case .dumps: nil
        case .commands:
            "The destination does not read what DUMP writes at the source, whose version is another one: "
                + "values are written with the commands of their types"
        case .commandsOnly(let reason):
            "Values are copied with the commands of their types, as \(reason)"
        }
    }

    /// Whether a refusal says more than what was known.
    func isSuperseded(by other: CopyRoute) -> Bool {
        switch (self, other) {
        case (.dumps, .commands), (.dumps, .commandsOnly), (.commands, .commandsOnly): true
        default: false
        }
    }
}
