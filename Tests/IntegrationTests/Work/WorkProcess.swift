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
enum WorkProcess {
    struct Outcome: Sendable {
        let status: Int32
        let output: String
        let messages: String

        var lines: [Substring] { output.split(separator: "\n") }
    }

    /// Runs a command line, without the program, to its end; after `delay` it gets SIGINT, if it is still
    /// there.
    static func run(_ arguments: [String], interruptedAfter delay: Duration? = nil) async throws -> Outcome {
        try await onOwnThread {
            let folder = FileManager.default.temporaryDirectory.appending(path: "work-\(UUID())")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let files = ["output", "messages"].map { folder.appending(path: $0) }
            for file in files { try Data().write(to: file) }
            let process = Process()
            process.executableURL = try ProbeProcess.productDirectory.appending(path: "cluster-scan")
            process.arguments = arguments
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try FileHandle(forWritingTo: files[0])
            process.standardError = try FileHandle(forWritingTo: files[1])
            try process.run()
            if let delay {
                usleep(UInt32(delay / .microseconds(1)))
                kill(process.processIdentifier, SIGINT)
            }
            process.waitUntilExit()
            return Outcome(
                status: process.terminationStatus,
                output: String(decoding: try Data(contentsOf: files[0]), as: UTF8.self),
                messages: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self)
            )
        }
    }

    /// The members of an object in JSON.
    static func json(_ text: some StringProtocol) throws -> [String: Any] {
        guard let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
            throw TestClusterError("no object: \(text)")
        }
        return object
    }
}
