#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Asks for a password on the terminal, even when input and output go elsewhere, and does not show it.
enum PasswordPrompt {
    static func ask(_ question: String) throws -> String {
        let terminal: FileDescriptor
        do {
            terminal = try FileDescriptor.open("/dev/tty", O_RDWR)
        } catch {
            throw CommandFailure(
                .usage,
                "there is no terminal to ask for the password on: set REDISCLI_AUTH, leave out --ask-password"
            )
        }
        defer { try? terminal.closeFile() }
        var settings = termios()
        guard tcgetattr(terminal.rawValue, &settings) == 0 else { throw SystemError("ask on the terminal") }
        var silent = settings
        // Ctrl-C comes as a byte too: were it a signal, it would leave a terminal that shows nothing.
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        guard tcsetattr(terminal.rawValue, TCSAFLUSH, &silent) == 0 else {
            throw SystemError("ask on the terminal")
        }
        defer {
            _ = tcsetattr(terminal.rawValue, TCSAFLUSH, &settings)
            try? terminal.writeAll("\n")
        }
        try terminal.writeAll(question)
        var line = PasswordLine()
        while true {
            guard let byte = try terminal.readSome(1).first else {
                throw CommandFailure(.interrupted, "no password")
            }
            switch line.type(byte) {
            case .typing: continue
            case .entered(let password): return password
            case .aborted: throw CommandFailure(.interrupted, "no password was given")
            }
        }
    }
}

/// A line that is typed unseen.
package struct PasswordLine {
    package enum State: Equatable {
        case typing
        case entered(String)
        case aborted
    }

    private var bytes: [UInt8] = []

    package init() {}

    package mutating func type(_ byte: UInt8) -> State {
        switch byte {
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
            return .entered(String(decoding: bytes, as: UTF8.self))
        case 0x03, 0x04:
            return .aborted
        case 0x15:
            bytes = []
        case 0x08, 0x7F:
            // A character may have several bytes: those that continue it go with it.
            while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
        default:
            bytes.append(byte)
        }
        return .typing
    }
}
