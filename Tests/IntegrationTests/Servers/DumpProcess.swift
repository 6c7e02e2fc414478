import Foundation
import TestCluster

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Runs `cluster-scan`, the way users do.
enum DumpProcess {
    struct Outcome: Sendable {
        /// `nil` if it was killed.
        let status: Int32?
        let output: [UInt8]
        let messages: String
    }

    /// Waits for the end of a command line, without the program, or kills it when its lifetime is over.
    static func run(_ arguments: [String], killedAfter lifetime: Duration? = nil) async throws -> Outcome {
        try await onOwnThread {
            let process = Process()
            process.executableURL = try ProbeProcess.productDirectory.appending(path: "cluster-scan")
            process.arguments = arguments
            let (output, messages) = (Pipe(), Pipe())
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            process.standardError = messages
            try process.run()
            if let lifetime {
                usleep(UInt32(lifetime / .microseconds(1)))
                kill(process.processIdentifier, SIGKILL)
            }
            // One after the other is safe: what it says to people fits into a pipe's buffer.
            let data = try output.fileHandleForReading.readToEnd() ?? Data()
            let said = try messages.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return Outcome(
                status: process.terminationReason == .exit ? process.terminationStatus : nil,
                output: [UInt8](data),
                messages: String(decoding: said, as: UTF8.self)
            )
        }
    }
}

/// A new folder for the files of one test.
struct DumpFolder {
    private let url: URL

    static func with<Value>(_ body: (DumpFolder) async throws -> Value) async throws -> Value {
        let url = FileManager.default.temporaryDirectory.appending(path: "dump-\(UUID())")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        return try await body(DumpFolder(url: url))
    }

    func path(_ name: String) -> String { url.appending(path: name).path }

    func bytes(_ name: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: url.appending(path: name))) }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: url.appending(path: name))
    }

    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
    }
}
