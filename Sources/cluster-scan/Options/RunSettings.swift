import ArgumentParser
package import ClusterScan
import Synchronization

/// What the command line and the configuration file say that concerns every part of a run.
///
/// Options are parsed in many places and used in many others; those of this kind meet here.
package final class RunSettings: Sendable {
    private struct State {
        var log = LogSettings()
        /// The file and the profile that were asked for, once a command that connects was parsed.
        var wanted: (file: String?, profile: String?)?
        var profile = Profile()
        var plan = RunRecording.Plan()
        var recording: RunRecording?
    }

    /// Those of the run that this task belongs to; none where no command line runs, as in tests.
    @TaskLocal package static var current: RunSettings?

    private let state = Mutex(State())

    package init() {}

    /// How to speak on standard error.
    package static var log: LogSettings { current?.state.withLock { $0.log } ?? LogSettings() }

    /// The profile in force, empty if there is none.
    package static var profile: Profile { current?.state.withLock { $0.profile } ?? Profile() }

    /// What is recorded of the run, if anything.
    package static var recording: RunRecording? { current?.state.withLock { $0.recording } }

    /// What scanners tell of the run: nothing, unless it is recorded.
    package static var telemetry: ScannerTelemetry { recording?.telemetry ?? ScannerTelemetry() }

    package static func note(recording plan: RunRecording.Plan) {
        current?.state.withLock { $0.plan = plan }
    }

    /// Begins to record, if that was asked for.
    ///
    /// - Parameters:
    ///   - command: The name of the command.
    ///   - version: That of the tool.
    /// - Throws: ``CommandFailure`` if what is recorded cannot be written.
    package static func beginRecording(_ command: String, version: String) throws {
        guard let settings = current else { return }
        let recording = try RunRecording(
            settings.state.withLock { $0.plan },
            of: command,
            version: version,
            log: log
        )
        settings.state.withLock { $0.recording = recording }
        recording?.keepUpToDate()
    }

    /// Records how the run ended.
    ///
    /// - Parameter error: What it threw; `nil` if it did what was asked for.
    package static func endRecording(_ error: (any Error)?) async {
        guard let recording else { return }
        switch error {
        case nil: await recording.end(.complete, message: nil)
        // What the parser says is about usage.
        case let error as ValidationError: await recording.end(.usage, message: error.message)
        case let error?:
            let failure = CommandFailure(error)
            await recording.end(failure.status, message: failure.message)
        }
    }

    package static func note(log: LogSettings) {
        current?.state.withLock { $0.log = log }
    }

    package static func want(file: String?, profile: String?) {
        current?.state.withLock { $0.wanted = (file, profile) }
    }

    /// Reads the profile for a command that connects. To be done before it runs.
    ///
    /// - Throws: ``CommandFailure`` or ``SystemError`` if the file cannot be used.
    package static func loadProfile() throws {
        guard let settings = current, let wanted = settings.state.withLock({ $0.wanted }) else { return }
        let path =
            wanted.file ?? Environment["CLUSTER_SCAN_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        let name =
            wanted.profile ?? Environment["CLUSTER_SCAN_PROFILE"].flatMap { $0.isEmpty ? nil : $0 }
        guard let file = try ConfigurationFile.load(path) else {
            guard let name else { return }
            throw CommandFailure(
                .badConfiguration,
                "the profile '\(name)' was asked for, but there is no configuration file"
            )
        }
        let profile = try file.profile(name)
        settings.state.withLock { $0.profile = profile }
    }
}
