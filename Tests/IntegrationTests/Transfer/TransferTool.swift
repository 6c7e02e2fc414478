import Foundation
import TestCluster

/// Runs `cluster-scan`, alone or in a pipe of a shell, and keeps what it wrote in a folder of its own.
final class TransferTool: Sendable {
    struct Outcome: Sendable {
        var status: Int32
        var output: Data
        var messages: String
    }

    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "cluster-scan-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    /// Runs a line of bash, in which `$tool` is the command.
    func shell(_ line: String, killedAfter delay: Duration? = nil) async throws -> Outcome {
        let folder = folder
        return try await onOwnThread {
            let process = Process()
            process.executableURL = URL(filePath: "/bin/bash")
            process.arguments = ["-c", "set -o pipefail\n" + line]
            process.currentDirectoryURL = folder
            process.environment = ProcessInfo.processInfo.environment.merging(
                ["tool": try Self.executable.path]
            ) { $1 }
            let output = folder.appending(path: "stdout-\(UUID().uuidString)")
            let messages = folder.appending(path: "stderr-\(UUID().uuidString)")
            for file in [output, messages] {
                _ = FileManager.default.createFile(atPath: file.path, contents: nil)
            }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = try FileHandle(forWritingTo: messages)
            try process.run()
            if let delay {
                usleep(UInt32(delay / .microseconds(1)))
                // The line must `exec` the tool, so that this is its process.
                kill(process.processIdentifier, SIGKILL)
            }
            process.waitUntilExit()
            return Outcome(
                status: process.terminationStatus,
                output: try Data(contentsOf: output),
                messages: String(decoding: try Data(contentsOf: messages), as: UTF8.self)
            )
        }
    }

    /// Where the build puts its products: beside the bundle of the tests.
    private static var executable: URL {
        get throws {
            for argument in ProcessInfo.processInfo.arguments {
                var url = URL(filePath: argument)
                while url.pathComponents.count > 1, url.pathExtension != "xctest" {
                    url.deleteLastPathComponent()
                }
                if url.pathExtension == "xctest" {
                    return url.deletingLastPathComponent().appending(path: "cluster-scan")
                }
            }
            throw TestClusterError("no test bundle in \(ProcessInfo.processInfo.arguments)")
        }
    }
}
