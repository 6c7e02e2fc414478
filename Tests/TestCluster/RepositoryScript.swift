import Foundation

/// A script in the folder `docker`, found from where this file stands in the repository.
enum RepositoryScript: String {
    case localCluster = "local-cluster.sh"
    case servers = "servers.sh"

    private var path: String {
        URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "docker/\(rawValue)").path
    }

    /// Runs the script and returns the lines of its standard output.
    func runOnOwnThread(_ arguments: [String]) async throws -> [String] {
        try await onOwnThread { try run(arguments) }
    }

    /// The same; the thread waits.
    func run(_ arguments: [String]) throws -> [String] {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = [path] + arguments
        let output = Pipe()
        let messages = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = messages
        try process.run()
        // One after the other is safe: what the scripts say to people fits into a pipe's buffer.
        let outputData = try output.fileHandleForReading.readToEnd() ?? Data()
        let messageData = try messages.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let said = String(decoding: messageData, as: UTF8.self)
            throw TestClusterError("\(rawValue) \(arguments.first ?? ""): \(said)")
        }
        return String(decoding: outputData, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
