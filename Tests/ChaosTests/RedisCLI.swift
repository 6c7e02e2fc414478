import Foundation
import TestCluster

/// `redis-cli --cluster …`, as an operator would type it.
enum RedisCLI {
    struct Result: Sendable {
        let succeeded: Bool
        let output: String
    }

    static func cluster(_ arguments: [String]) async throws -> Result {
        try await onOwnThread {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["redis-cli", "--cluster"] + arguments
            let output = Pipe()
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            process.standardError = output
            try process.run()
            let data = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return Result(
                succeeded: process.terminationStatus == 0,
                output: String(decoding: data, as: UTF8.self)
            )
        }
    }
}
