import Foundation
import TestCluster

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Runs `cluster-scan`, and says how much memory it took at most, or what it shows on a terminal.
enum MeasuredTool {
    struct Result: Sendable {
        var status: Int32
        var output: [UInt8]
        var messages: String
        /// The largest resident set, in bytes; 0 where the system does not tell.
        var peakBytes: Int
        var seconds: Double

        var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// Runs the tool with output and messages in files.
    static func run(_ arguments: [String]) async throws -> Result {
        try await onOwnThread {
            let folder = FileManager.default.temporaryDirectory.appending(
                path: "hostile-\(UUID().uuidString)"
            )
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let (output, messages) = (folder.appending(path: "out"), folder.appending(path: "err"))
            for file in [output, messages] { try Data().write(to: file) }
            let process = try process(arguments)
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = try FileHandle(forWritingTo: messages)
            let (peak, seconds) = try watch(process)
            return Result(
                status: process.terminationReason == .exit
                    ? process.terminationStatus : -process.terminationStatus,
                output: [UInt8](try Data(contentsOf: output)),
                messages: String(decoding: try Data(contentsOf: messages), as: UTF8.self),
                peakBytes: peak,
                seconds: seconds
            )
        }
    }

    /// Runs the tool with output and messages on one terminal.
    static func onTerminal(_ arguments: [String]) async throws -> Result {
        try await onOwnThread {
            let (terminal, other) = try openTerminal()
            let process = try process(arguments)
            let handle = FileHandle(fileDescriptor: other, closeOnDealloc: false)
            process.standardOutput = handle
            process.standardError = handle
            try process.run()
            close(other)
            var shown: [UInt8] = []
            var block = [UInt8](repeating: 0, count: 1 << 16)
            // Ends with an error when the last process has closed it.
            while case let count = read(terminal, &block, block.count), count > 0 { shown += block[..<count] }
            process.waitUntilExit()
            close(terminal)
            return Result(
                status: process.terminationReason == .exit
                    ? process.terminationStatus : -process.terminationStatus,
                output: shown,
                messages: "",
                peakBytes: 0,
                seconds: 0
            )
        }
    }

    /// The side of whoever watches, and the side of the process.
    private static func openTerminal() throws -> (watcher: Int32, process: Int32) {
        #if os(Linux)
            // What unlockpt(3) and ptsname(3) do; the headers show them to programs that ask for X/Open only.
            let watcher = open("/dev/ptmx", O_RDWR | O_NOCTTY)
            var (unlocked, number) = (CInt(0), CInt(0))
            let (unlock, tellNumber) = (UInt(0x4004_5431), UInt(0x8004_5430))
            guard watcher >= 0, ioctl(watcher, unlock, &unlocked) == 0,
                ioctl(watcher, tellNumber, &number) == 0
            else { throw TestClusterError("there is no terminal") }
            let process = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        #else
            let watcher = posix_openpt(O_RDWR | O_NOCTTY)
            guard watcher >= 0, grantpt(watcher) == 0, unlockpt(watcher) == 0, let name = ptsname(watcher)
            else { throw TestClusterError("there is no terminal") }
            let process = open(name, O_RDWR | O_NOCTTY)
        #endif
        guard process >= 0 else { throw TestClusterError("the terminal cannot be opened") }
        return (watcher, process)
    }

    private static func process(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = try ProbeProcess.productDirectory.appending(path: "cluster-scan")
        process.arguments = arguments
        var variables = ["HOME": "/nonexistent", "NO_COLOR": "1", "LANG": "C.UTF-8", "TERM": "xterm"]
        variables["PATH"] = ProcessInfo.processInfo.environment["PATH"]
        variables["LD_LIBRARY_PATH"] = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"]
        process.environment = variables
        process.standardInput = FileHandle.nullDevice
        return process
    }

    /// The system's own account of an ended process (`ru_maxrss`) begins with the memory of its parent, which
    /// is this one and large. So the process is asked while it runs; the mark never falls.
    private static func watch(_ process: Process) throws -> (peak: Int, seconds: Double) {
        let start = Date()
        try process.run()
        var peak = 0
        while process.isRunning {
            peak = max(peak, residentPeak(of: process.processIdentifier))
            usleep(2000)
        }
        process.waitUntilExit()
        return (peak, Date().timeIntervalSince(start))
    }

    private static func residentPeak(of process: Int32) -> Int {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kibibytes = Int(line.filter(\.isNumber))
        else { return 0 }
        return kibibytes << 10
    }
}
