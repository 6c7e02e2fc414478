#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Named profiles in a file of lines `setting = value` under lines `[profile]`.
///
/// What stands before the first `[profile]` holds for all of them, and when none is named.
package struct ConfigurationFile: Sendable {
    private struct Line {
        let number: Int
        let profile: String?
        let name: String
        let value: String
    }

    private static let mostBytes = 1 << 20

    package let path: String
    private let lines: [Line]
    /// The names of the profiles, in their order.
    package let profiles: [String]

    /// Reads the text of a file.
    ///
    /// - Throws: ``CommandFailure`` that names file and line.
    package init(_ text: String, path: String) throws(CommandFailure) {
        var lines: [Line] = []
        var profiles: [String] = []
        var profile: String?
        for (index, row) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .enumerated()
        {
            let row = row.trimmed
            if row.isEmpty || row.first == "#" || row.first == ";" { continue }
            func problem(_ words: String) -> CommandFailure {
                CommandFailure(.badConfiguration, "\(path), line \(index + 1): \(words)")
            }
            if row.first == "[" {
                guard row.last == "]", case let name = row.dropFirst().dropLast().trimmed, !name.isEmpty
                else {
                    throw problem("a profile begins with its name in brackets: [production]")
                }
                guard !profiles.contains(String(name)) else {
                    throw problem("the profile '\(name)' is there already")
                }
                profiles.append(String(name))
                profile = String(name)
                continue
            }
            guard let equals = row.firstIndex(of: "="), case let name = row[..<equals].trimmed, !name.isEmpty
            else { throw problem("write 'setting = value', or '[profile]'") }
            let value = row[row.index(after: equals)...].trimmed
            let line = Line(number: index + 1, profile: profile, name: String(name), value: String(value))
            do throws(Profile.Problem) {
                // All lines are checked, not only those in use: a mistake shows before it is needed.
                var scratch = Profile()
                try scratch.set(line.name, to: line.value)
            } catch {
                throw problem("\(line.name): \(error.words)")
            }
            lines.append(line)
        }
        self.path = path
        self.lines = lines
        self.profiles = profiles
    }

    /// The settings of a profile, or those that hold where none is named.
    ///
    /// - Throws: ``CommandFailure`` if there is no such profile.
    package func profile(_ name: String?) throws(CommandFailure) -> Profile {
        if let name, !profiles.contains(name) {
            let known = profiles.isEmpty ? "it has none" : "it has " + profiles.joined(separator: ", ")
            throw CommandFailure(.badConfiguration, "\(path) has no profile '\(name)'; \(known)")
        }
        var profile = Profile()
        profile.isNamed = name != nil
        for line in lines where line.profile == nil || line.profile == name {
            do throws(Profile.Problem) {
                try profile.set(line.name, to: line.value)
            } catch {
                throw CommandFailure(.badConfiguration, "\(path), line \(line.number): \(error.words)")
            }
        }
        if let problem = profile.security.problem(naming: { $0 }) {
            throw CommandFailure(.badConfiguration, "\(path): \(problem)")
        }
        return profile
    }

    /// Whether there is anything that others must not read.
    private var holdsPassword: Bool {
        lines.contains { line in
            line.name == "password" || (line.name == "url" && line.value.contains("@"))
        }
    }

    /// Whether there is anything that runs.
    private var holdsCommand: Bool { lines.contains { $0.name == "password-command" } }

    // MARK: Files

    /// Reads the file that is in force, after a look at who may read and write it.
    ///
    /// - Parameter path: The file that the user named; `nil` for the usual one.
    /// - Returns: `nil` if there is no file and none was named.
    /// - Throws: ``CommandFailure`` or ``SystemError`` if it cannot be used.
    package static func load(_ path: String?) throws -> ConfigurationFile? {
        guard let found = path ?? usualPath() else { return nil }
        let place = FileSystem.expanded(found)
        guard let text = try FileSystem.text(of: place, atMost: mostBytes) else {
            guard path == nil else {
                throw CommandFailure(.badConfiguration, "there is no configuration file \(place)")
            }
            return nil
        }
        let file = try ConfigurationFile(text, path: place)
        try file.checkPermissions()
        return file
    }

    /// `$XDG_CONFIG_HOME/cluster-scan/config`, by default `~/.config/cluster-scan/config`.
    private static func usualPath() -> String? {
        if let folder = Environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
            return folder + "/cluster-scan/config"
        }
        return Environment["HOME"].map { $0 + "/.config/cluster-scan/config" }
    }

    private func checkPermissions() throws {
        guard holdsPassword || holdsCommand else { return }
        guard let access = FileSystem.access(to: path) else { throw SystemError("look at \(path)") }
        func refuse(_ words: String) -> CommandFailure {
            CommandFailure(.badConfiguration, "\(path) \(words): chmod 600 \(ResumeHint.quote(path))")
        }
        if holdsPassword, access.mode & 0o077 != 0 {
            throw refuse("holds a password and is open to other users")
        }
        if access.mode & 0o022 != 0 {
            throw refuse("holds a command and can be changed by other users")
        }
        guard access.owner == getuid() || access.owner == 0 else {
            throw CommandFailure(.badConfiguration, "\(path) belongs to another user, who could change it")
        }
    }
}

extension Substring {
    /// Without white space at both ends.
    fileprivate var trimmed: Substring {
        var rest = self
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }
}
