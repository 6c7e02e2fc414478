#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An open file of the operating system, with a name for messages. Does not close itself.
package struct FileDescriptor: Sendable {
    package let rawValue: Int32
    package let name: String

    package init(rawValue: Int32, name: String) {
        self.rawValue = rawValue
        self.name = name
    }

    package static let standardOutput = FileDescriptor(rawValue: 1, name: "standard output")
    package static let standardError = FileDescriptor(rawValue: 2, name: "standard error")

    /// Opens a file; the user's umask decides who else may read it.
    package static func open(_ path: String, _ flags: Int32) throws(SystemError) -> FileDescriptor {
        while true {
            #if canImport(Darwin)
                let descriptor = Darwin.open(path.path, flags | O_CLOEXEC, 0o666)
            #elseif canImport(Glibc)
                let descriptor = Glibc.open(path.path, flags | O_CLOEXEC, 0o666)
            #elseif canImport(Musl)
                let descriptor = Musl.open(path.path, flags | O_CLOEXEC, 0o666)
            #endif
            if descriptor >= 0 { return FileDescriptor(rawValue: descriptor, name: path) }
            if errno != EINTR { throw SystemError("open \(path)") }
        }
    }

    /// Writes some of the bytes, at least one; waits until that is possible.
    ///
    /// - Returns: How many were written.
    package func writeSome(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
        while true {
            let count = write(rawValue, bytes.baseAddress, bytes.count)
            if count > 0 || bytes.isEmpty { return count }
            switch errno {
            case EINTR where count < 0:
                continue
            case EAGAIN where count < 0:
                // A process that shares the terminal or pipe with this one has made it non-blocking.
                var poll = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
                _ = waitUntilReady(&poll)
            default:
                throw SystemError("write to \(name)", code: count < 0 ? errno : EIO)
            }
        }
    }

    private func waitUntilReady(_ descriptor: inout pollfd) -> Int32 {
        poll(&descriptor, 1, -1)
    }

    /// Writes all of a text.
    package func writeAll(_ text: String) throws(SystemError) {
        let bytes = Array(text.utf8)
        try bytes.withUnsafeBufferPointer { (bytes) throws(SystemError) in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                rest = UnsafeRawBufferPointer(rebasing: rest[try writeSome(rest)...])
            }
        }
    }

    /// Reads up to so many bytes; none at the end of the file.
    package func readSome(_ count: Int, at offset: Int64? = nil) throws(SystemError) -> [UInt8] {
        while true {
            var result = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                result =
                    if let offset {
                        pread(rawValue, buffer.baseAddress, count, off_t(offset))
                    } else {
                        read(rawValue, buffer.baseAddress, count)
                    }
                initialized = max(result, 0)
            }
            if result >= 0 { return bytes }
            if errno != EINTR { throw SystemError("read \(name)") }
        }
    }

    /// The length of the file in bytes.
    package func size() throws(SystemError) -> Int64 {
        var status = stat()
        guard fstat(rawValue, &status) == 0 else { throw SystemError("look at \(name)") }
        return Int64(status.st_size)
    }

    /// Cuts the file off, and lets writing go on from there.
    package func truncate(to length: Int64) throws(SystemError) {
        guard ftruncate(rawValue, off_t(length)) == 0, lseek(rawValue, off_t(length), SEEK_SET) >= 0 else {
            throw SystemError("cut off \(name)")
        }
    }

    /// Lets reading begin anew.
    package func rewind() throws(SystemError) {
        guard lseek(rawValue, 0, SEEK_SET) == 0 else { throw SystemError("go back in \(name)") }
    }

    /// Makes sure that what was written survives a power failure.
    package func synchronize() throws(SystemError) {
        // Pipes and special files have nothing to synchronise.
        guard fsync(rawValue) == 0 || errno == EINVAL || errno == ENOTSUP else {
            throw SystemError("save \(name)")
        }
    }

    /// Takes the file for this process, until it is closed or the process ends in whatever way. File systems
    /// without locks let every process have it.
    ///
    /// - Parameter isShared: Whether others may take it at the same time, who only read as well.
    /// - Returns: The same file.
    /// - Throws: If another process is writing it; the file is closed then.
    package func locked(isShared: Bool = false) throws(SystemError) -> FileDescriptor {
        // A process that is being started has a lock of its parent for a moment, until it runs its program.
        for attempt in 0..<10 {
            if attempt > 0 { usleep(10_000) }
            guard flock(rawValue, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0, errno == EWOULDBLOCK else {
                return self
            }
        }
        try? closeFile()
        throw SystemError("take \(name), which another process is writing", code: EWOULDBLOCK)
    }

    package func closeFile() throws(SystemError) {
        // After EINTR the descriptor is closed all the same, and its number may be in use again.
        guard close(rawValue) == 0 || errno == EINTR else { throw SystemError("close \(name)") }
    }

    package var isTerminal: Bool { isatty(rawValue) == 1 }
}
