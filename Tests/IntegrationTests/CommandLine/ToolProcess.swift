import Foundation
import TestCluster

/// Runs `cluster-scan` as users do: another process, with arguments, an environment and signals.
struct ToolProcess {
    struct Result: Sendable {
        var status: Int32
        var output: Data
        var messages: String

        /// The names that the output has, one a line.
        var names: [[UInt8]] {
            get throws { try DumpedRows(text: [UInt8](output)).rows.map(\.name) }
        }

        var text: String { String(decoding: output, as: UTF8.self) }

        /// The lines of the output.
        var lines: [String] { text.split(separator: "\n").map(String.init) }
    }

    /// Waits until it has ended.
    ///
    /// - Parameters:
    ///   - arguments: What follows the name of the tool.
    ///   - environment: Variables besides the few that every process needs.
    ///   - signals: Sent one after another, each so long after what was before it.
    ///   - wrapper: A command and its arguments that runs the tool.
    /// - Returns: The exit status (negative for an end by a signal) and what was written.
    /// - Throws: If the process cannot be started.
    static func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        signals: [(after: TimeInterval, number: Int32)] = [],
        behind wrapper: [String] = []
    ) async throws -> Result {
        let tool = try ProbeProcess.productDirectory.appending(path: "cluster-scan")
        let signals = signals.map { ($0.after, $0.number) }
        return try await onOwnThread {
            let process = Process()
            process.executableURL = wrapper.isEmpty ? tool : URL(filePath: "/usr/bin/env")
            process.arguments = wrapper.isEmpty ? arguments : wrapper + [tool.path] + arguments
            var variables = ["HOME": "/nonexistent", "NO_COLOR": "1"]
            variables["PATH"] = ProcessInfo.processInfo.environment["PATH"]
            variables["LD_LIBRARY_PATH"] = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"]
            process.environment = variables.merging(environment) { $1 }
            // Files take any amount without a reader.
            let folder = FileManager.default.temporaryDirectory.appending(path: "tool-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let (output, messages) = (folder.appending(path: "out"), folder.appending(path: "err"))
            for file in [output, messages] { try Data().write(to: file) }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = try FileHandle(forWritingTo: messages)
            try process.run()
            for (pause, number) in signals {
                Thread.sleep(forTimeInterval: pause)
                kill(process.processIdentifier, number)
            }
            process.waitUntilExit()
            // One that died of a signal is told from one that exited with the same number.
            let isExit = process.terminationReason == .exit
            return Result(
                status: isExit ? process.terminationStatus : -process.terminationStatus,
                output: try Data(contentsOf: output),
                messages: String(decoding: try Data(contentsOf: messages), as: UTF8.self)
            )
        }
    }
}
