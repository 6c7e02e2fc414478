import ClusterScan
import Foundation
import TestCluster

/// Runs `scan-probe`: carries an iteration on in a process that shares nothing with this one but the cursor's
/// text.
enum ProbeProcess {
    static func tally(
        of cluster: LocalCluster,
        from cursor: ScanCursor,
        strategy: ScanStrategy,
        count: Int
    ) async throws -> KeyTally {
        let seed = cluster.nodes[0]
        let arguments = [seed.host, "\(seed.port)", "\(cursor)", strategy.rawValue, "\(count)"]
        let output = try await onOwnThread { try run(arguments) }
        var tally = KeyTally()
        var lines = [UInt8](output).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.popLast()?.isEmpty == true, lines.popLast()?.elementsEqual("end".utf8) == true else {
            throw TestClusterError("scan-probe \(arguments) ended early")
        }
        for line in lines { tally.add(try bytes(line)) }
        return tally
    }

    private static func run(_ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = try productDirectory.appending(path: "scan-probe")
        process.arguments = arguments
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw TestClusterError("scan-probe \(arguments) ended with status \(process.terminationStatus)")
        }
        return data
    }

    /// Where the build puts its products: beside the bundle of the tests.
    static var productDirectory: URL {
        get throws {
            for argument in ProcessInfo.processInfo.arguments {
                var url = URL(filePath: argument)
                while url.pathComponents.count > 1, url.pathExtension != "xctest" {
                    url.deleteLastPathComponent()
                }
                if url.pathExtension == "xctest" { return url.deletingLastPathComponent() }
            }
            throw TestClusterError("no test bundle in \(ProcessInfo.processInfo.arguments)")
        }
    }

    private static func bytes(_ hexadecimal: ArraySlice<UInt8>) throws -> [UInt8] {
        try stride(from: hexadecimal.startIndex, to: hexadecimal.endIndex, by: 2).map { index in
            guard index + 1 < hexadecimal.endIndex, let high = digit(hexadecimal[index]),
                let low = digit(hexadecimal[index + 1])
            else { throw TestClusterError("scan-probe wrote something other than hexadecimal digits") }
            return high << 4 | low
        }
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
