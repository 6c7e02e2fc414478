#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where a password comes from. It is fetched when it is needed, not before.
package enum PasswordSource: Sendable, Hashable {
    case given(String)
    /// The first line of a file. A leading `~/` is the home folder.
    case file(String)
    /// The first line that a shell command prints.
    case command(String)

    private static let mostBytes = 1 << 16

    package func fetch() throws -> String {
        switch self {
        case .given(let password):
            return password
        case .file(let path):
            guard let text = try FileSystem.text(of: FileSystem.expanded(path), atMost: Self.mostBytes) else {
                throw CommandFailure(.badConfiguration, "there is no password file \(path)")
            }
            return Self.firstLine(of: text)
        case .command(let command):
            return try Self.output(of: command)
        }
    }

    private static func output(of command: String) throws -> String {
        guard let pipe = popen(command, "r") else { throw SystemError("run the password command") }
        let output = FileDescriptor(rawValue: fileno(pipe), name: "the password command")
        var text = ""
        var failure: (any Error)?
        do {
            text = try FileSystem.text(of: output, atMost: mostBytes)
        } catch {
            failure = error
        }
        let status = pclose(pipe)
        if let failure { throw failure }
        guard status == 0 else {
            // Its own words went to standard error; the command itself may hold a secret.
            throw CommandFailure(.badConfiguration, "the password command of the profile failed")
        }
        return firstLine(of: text)
    }

    private static func firstLine(of text: String) -> String {
        String(text.prefix { !$0.isNewline })
    }

    /// What a variable holds, without the line end that secrets made by `echo` or on Windows have: no
    /// password is meant to end with one.
    package static func withoutLineEnd(_ text: String) -> String {
        var text = text[...]
        while text.last?.isNewline == true { text.removeLast() }
        return String(text)
    }

    /// Whether it may have another password after some time.
    package var isRenewable: Bool {
        if case .given = self { false } else { true }
    }
}
