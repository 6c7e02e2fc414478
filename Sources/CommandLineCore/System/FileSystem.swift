#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Operations on files by their names.
package enum FileSystem {
    package enum Kind {
        case missing
        case regular
        case directory
        case other
    }

    package static func kind(of path: String) -> Kind {
        var status = stat()
        guard stat(path.path, &status) == 0 else { return .missing }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .regular
        case S_IFDIR: return .directory
        default: return .other
        }
    }

    /// Who owns a file, and the bits that say who may do what; `nil` if that is unknown.
    package static func access(to path: String) -> (owner: UInt32, mode: UInt32)? {
        var status = stat()
        guard stat(path.path, &status) == 0 else { return nil }
        return (UInt32(status.st_uid), UInt32(status.st_mode & 0o7777))
    }

    /// A path in which a leading `~/` is replaced by the home folder, as a shell does it.
    package static func expanded(_ path: String) -> String {
        guard path.hasPrefix("~/"), let home = Environment["HOME"] else { return path }
        return home + path.dropFirst()
    }

    /// Gives a file another name, in the place of whatever had it, in one step that survives a power failure.
    package static func move(_ source: String, to target: String) throws(SystemError) {
        guard rename(source.path, target.path) == 0 else {
            throw SystemError("rename \(source) to \(target)")
        }
        try synchronizeFolder(of: target)
    }

    /// Removes a file, if it is there.
    package static func remove(_ path: String) throws(SystemError) {
        guard unlink(path.path) == 0 || errno == ENOENT else { throw SystemError("remove \(path)") }
    }

    /// What a file is called while its next text is written. Always the same: a process that is killed leaves
    /// its draft behind, and the next one takes it over.
    package static func draftPath(_ path: String) -> String { path + ".new" }

    /// Puts a short text in a file so that a reader, at any time, finds all of the old text or all of
    /// the new.
    package static func replace(_ path: String, with text: String) throws(SystemError) {
        let draft = draftPath(path)
        let file = try FileDescriptor.open(draft, O_WRONLY | O_CREAT | O_TRUNC)
        do throws(SystemError) {
            try file.writeAll(text)
            try file.synchronize()
        } catch {
            try? file.closeFile()
            try? remove(draft)
            throw error
        }
        try file.closeFile()
        try move(draft, to: path)
    }

    /// The text of a short file, or `nil` if there is none.
    package static func text(of path: String, atMost limit: Int) throws(SystemError) -> String? {
        guard kind(of: path) != .missing else { return nil }
        let file = try FileDescriptor.open(path, O_RDONLY)
        defer { try? file.closeFile() }
        return try text(of: file, atMost: limit)
    }

    package static func text(of file: FileDescriptor, atMost limit: Int) throws(SystemError) -> String {
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            let more = try file.readSome(1 << 16)
            guard !more.isEmpty else { return String(decoding: bytes, as: UTF8.self) }
            bytes += more
        }
        throw SystemError("read \(file.name)", code: EFBIG)
    }

    private static func synchronizeFolder(of path: String) throws(SystemError) {
        let end = path.lastIndex(of: "/")
        let folder = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = try FileDescriptor.open(folder, O_RDONLY | O_DIRECTORY)
        defer { try? descriptor.closeFile() }
        try descriptor.synchronize()
    }
}
