import Synchronization

/// What the command line and the configuration file say that concerns every part of a run.
///
/// Options are parsed in many places and used in many others; those of this kind meet here.
package final class RunSettings: Sendable {
    private struct State {
        var talk = Talk()
        /// The file and the profile that were asked for, once a command that connects was parsed.
        var wanted: (file: String?, profile: String?)?
        var profile = Profile()
    }

    /// Those of the run that this task belongs to; none where no command line runs, as in tests.
    @TaskLocal package static var current: RunSettings?

    private let state = Mutex(State())

    package init() {}

    /// How to speak on standard error.
    package static var talk: Talk { current?.state.withLock { $0.talk } ?? Talk() }

    /// The profile in force, empty if there is none.
    package static var profile: Profile { current?.state.withLock { $0.profile } ?? Profile() }

    package static func note(talk: Talk) {
        current?.state.withLock { $0.talk = talk }
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
            wanted.file ?? Terminal.environment("CLUSTER_SCAN_CONFIG").flatMap { $0.isEmpty ? nil : $0 }
        let name =
            wanted.profile ?? Terminal.environment("CLUSTER_SCAN_PROFILE").flatMap { $0.isEmpty ? nil : $0 }
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
