#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A blocking connection with a protocol reader of its own: what tests expect must not come out of the
/// code they test. Every read and write fails after `timeout`, so that no test hangs.
package final class RespConnection {
    private let descriptor: Int32
    private let address: String
    private var input: [UInt8] = []
    private var position = 0
    private var chunk = [UInt8](repeating: 0, count: 65_536)

    package init(host: String, port: Int, password: String? = nil, timeout: Duration = .seconds(30)) throws {
        address = "\(host):\(port)"
        descriptor = try Self.connect(host: host, port: port, timeout: timeout)
        if let password {
            try checked("AUTH", password)
        }
    }

    /// Connects to a Unix socket.
    package init(socket path: String, password: String? = nil, timeout: Duration = .seconds(30)) throws {
        address = path
        descriptor = try Self.connect(path: path, timeout: timeout)
        if let password {
            try checked("AUTH", password)
        }
    }

    deinit {
        _ = close(descriptor)
    }

    /// Sends one command and returns its reply, also if that is an error.
    package func call(_ command: any RespArgument...) throws -> RespReply {
        try call(command)
    }

    package func call(_ command: [any RespArgument]) throws -> RespReply {
        try send(Self.encoded(command))
        return try receive()
    }

    /// Sends one command and throws if the server answers with an error.
    @discardableResult
    package func checked(_ command: any RespArgument...) throws -> RespReply {
        try checked(command)
    }

    @discardableResult
    package func checked(_ command: [any RespArgument]) throws -> RespReply {
        let reply = try call(command)
        if case .error(let message) = reply {
            throw TestClusterError("\(address): \(command.first.map { "\($0)" } ?? ""): \(message)")
        }
        return reply
    }

    /// Sends all commands in one burst and returns their replies in order. The replies must fit into the
    /// server's output buffer: meant for hundreds or thousands of small ones.
    package func pipeline(_ commands: [[any RespArgument]]) throws -> [RespReply] {
        try send(commands.flatMap(Self.encoded))
        return try commands.map { _ in try receive() }
    }

    package static func encoded(_ command: [any RespArgument]) -> [UInt8] {
        Array("*\(command.count)\r\n".utf8) + command.flatMap(encoded(argument:))
    }

    static func encoded(argument: any RespArgument) -> [UInt8] {
        let bytes = argument.respBytes
        return Array("$\(bytes.count)\r\n".utf8) + bytes + [0x0d, 0x0a]
    }

    package func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { all in
                let rest = UnsafeRawBufferPointer(rebasing: all[sent...])
                return Self.write(descriptor, rest)
            }
            guard count > 0 else {
                throw failure("write")
            }
            sent += count
        }
    }

    package func receive() throws -> RespReply {
        let line = try readLine()
        let text = String(decoding: line.dropFirst(), as: UTF8.self)
        switch line.first {
        case UInt8(ascii: "+"): return .status(text)
        case UInt8(ascii: "-"): return .error(text)
        case UInt8(ascii: ":"): return .integer(try number(text))
        case UInt8(ascii: "$"):
            let count = try number(text)
            guard count >= 0 else { return .null }
            let bytes = try readBytes(count + 2)
            return .bulk(Array(bytes.dropLast(2)))
        case UInt8(ascii: "*"):
            let count = try number(text)
            guard count >= 0 else { return .null }
            return .array(try (0..<count).map { _ in try receive() })
        default:
            throw TestClusterError("\(address): not a reply: \(text.debugDescription)")
        }
    }

    /// Reads the replies to `count` writing commands as fast as unoptimised code can, and throws at the first
    /// error. Those commands answer one line each, or a bulk string that is one line (XADD).
    package func receiveAcknowledgements(_ count: Int) throws {
        var remaining = count
        while remaining > 0 {
            while position < input.count, remaining > 0 {
                guard let end = endOfLine() else { break }
                switch input[position] {
                case UInt8(ascii: "+"), UInt8(ascii: ":"): remaining -= 1
                case UInt8(ascii: "$"): break
                case UInt8(ascii: "-"):
                    let message = String(decoding: input[position..<end - 2], as: UTF8.self)
                    throw TestClusterError("\(address): \(message)")
                default: remaining -= 1
                }
                position = end
            }
            if remaining > 0 {
                try fill()
            }
        }
    }

    private func readLine() throws -> ArraySlice<UInt8> {
        while true {
            if let end = endOfLine() {
                defer { position = end }
                return input[position..<end - 2]
            }
            try fill()
        }
    }

    private func readBytes(_ count: Int) throws -> ArraySlice<UInt8> {
        while input.count - position < count {
            try fill()
        }
        defer { position += count }
        return input[position..<position + count]
    }

    /// Where the line that starts at `position` ends, behind its line feed.
    private func endOfLine() -> Int? {
        input.withUnsafeBytes { all in
            guard let base = all.baseAddress, let found = memchr(base + position, 0x0a, all.count - position)
            else { return nil }
            return UnsafeRawPointer(found) - base + 1
        }
    }

    private func fill() throws {
        input.removeFirst(position)
        position = 0
        let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else {
            throw count < 0 ? failure("read") : TestClusterError("\(address): closed by the server")
        }
        input += chunk[..<count]
    }

    private func number(_ text: String) throws -> Int {
        guard let number = Int(text) else {
            throw TestClusterError("\(address): not a number: \(text.debugDescription)")
        }
        return number
    }

    private func failure(_ operation: String) -> TestClusterError {
        TestClusterError("\(address): \(operation): \(String(cString: strerror(errno)))")
    }
}

extension RespConnection {
    private static func connect(host: String, port: Int, timeout: Duration) throws -> Int32 {
        var hints = addrinfo()
        #if canImport(Darwin)
            hints.ai_socktype = SOCK_STREAM
        #else
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #endif
        var results: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &results)
        defer { freeaddrinfo(results) }
        guard status == 0, let result = results?.pointee else {
            throw TestClusterError("\(host): \(String(cString: gai_strerror(status)))")
        }
        let descriptor = socket(result.ai_family, result.ai_socktype, result.ai_protocol)
        guard descriptor >= 0 else {
            throw TestClusterError("socket: \(String(cString: strerror(errno)))")
        }
        var on: Int32 = 1
        setLimit(timeout, on: descriptor)
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        #if canImport(Darwin)
            setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
            let connected = Darwin.connect(descriptor, result.ai_addr, result.ai_addrlen)
        #else
            let connected = Glibc.connect(descriptor, result.ai_addr, result.ai_addrlen)
        #endif
        guard connected == 0 else {
            let reason = String(cString: strerror(errno))
            _ = close(descriptor)
            throw TestClusterError("\(host):\(port): \(reason)")
        }
        return descriptor
    }

    private static func setLimit(_ timeout: Duration, on descriptor: Int32) {
        var limit = timeval(tv_sec: Int(timeout.components.seconds), tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, length)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, length)
    }

    private static func connect(path: String, timeout: Duration) throws -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { throw TestClusterError("\(path): too long for a socket") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        #if canImport(Darwin)
            let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
        #else
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        guard descriptor >= 0 else {
            throw TestClusterError("socket: \(String(cString: strerror(errno)))")
        }
        setLimit(timeout, on: descriptor)
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { socketAddress in
                #if canImport(Darwin)
                    Darwin.connect(descriptor, socketAddress, length)
                #else
                    Glibc.connect(descriptor, socketAddress, length)
                #endif
            }
        }
        guard connected == 0 else {
            let reason = String(cString: strerror(errno))
            _ = close(descriptor)
            throw TestClusterError("\(path): \(reason)")
        }
        return descriptor
    }

    /// A server that was killed must not kill the test with SIGPIPE.
    private static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Darwin)
            Darwin.send(descriptor, bytes.baseAddress, bytes.count, 0)
        #else
            Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        #endif
    }
}
