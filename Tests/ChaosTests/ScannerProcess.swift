import ClusterScan
import Foundation
import Synchronization
import TestCluster

/// One run of `chaos-scanner`, from a cursor until it ends or is killed.
final class ScannerProcess: Sendable {
    /// How the process scans; drawn anew for every run, as an iteration may change all of it when it is
    /// resumed.
    struct Manner: Sendable {
        var pages = false
        var replicas = false
        var strategy = ScanStrategy.auto
        var count = 1000
        var readAhead = 4 << 20
        /// After each batch, so that the scan lasts long enough for something to happen to it.
        var rest = Duration.zero

        init() {}

        init(keys: Int, lasting time: Duration, drawnFrom random: inout some RandomNumberGenerator) {
            pages = Int.random(in: 0..<3, using: &random) == 0
            replicas = Int.random(in: 0..<3, using: &random) == 0
            strategy = ScanStrategy.allCases.randomElement(using: &random) ?? .auto
            count = [30, 100, 300, 1000].randomElement(using: &random) ?? count
            readAhead = [0, 1 << 16, 4 << 20].randomElement(using: &random) ?? readAhead
            rest = time * count / keys
        }

        var arguments: [String] {
            (pages ? ["--pages"] : []) + (replicas ? ["--replicas"] : []) + [
                "--strategy", strategy.rawValue, "--count", "\(count)", "--read-ahead", "\(readAhead)",
                "--rest", "\(Int(rest / .microseconds(1)))",
            ]
        }
    }

    enum End: Equatable, Sendable {
        case finished
        case killed
        case failed(String)
    }

    /// What the process had accepted when it ended.
    struct Outcome: Sendable {
        var end: End
        /// The last cursor that came out whole.
        var cursor: String
        /// The names of all keys before that cursor.
        var keys: [[UInt8]] = []
        var counts: [String: Int] = [:]
        /// What happened to it, in its own words.
        var events = ""
    }

    private let process = Mutex<Process?>(nil)

    /// Runs until the process ends by itself or ``endAtOnce()`` ends it.
    func run(from cursor: String, seeds: [String], manner: Manner, eventsAt path: String) async throws
        -> Outcome
    {
        let output = try await onOwnThread { [self] in
            let process = Process()
            process.executableURL = try Self.executable()
            process.arguments = seeds + ["--cursor", cursor] + manner.arguments
            let pipe = Pipe()
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = pipe
            try Data().write(to: URL(filePath: path))
            process.standardError = try FileHandle(forWritingTo: URL(filePath: path))
            try process.run()
            self.process.withLock { $0 = process }
            let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            self.process.withLock { $0 = nil }
            return (bytes: Array(output), wasKilled: process.terminationReason == .uncaughtSignal)
        }
        return try Self.outcome(
            of: output.bytes,
            from: cursor,
            wasKilled: output.wasKilled,
            eventsAt: path
        )
    }

    /// Ends the process at once, wherever it is.
    ///
    /// - Returns: Whether it was running.
    func endAtOnce() -> Bool {
        // The lock keeps the process from being waited for, and its id from being given to another,
        // meanwhile.
        process.withLock { process in
            guard let process, process.isRunning else { return false }
            return kill(process.processIdentifier, SIGKILL) == 0
        }
    }

    private static func outcome(
        of output: [UInt8],
        from cursor: String,
        wasKilled: Bool,
        eventsAt path: String
    ) throws -> Outcome {
        var outcome = Outcome(end: .killed, cursor: cursor)
        var unaccepted: [[UInt8]] = []
        for entry in try ScanJournal.entries(in: output) {
            switch entry.kind {
            case .key: unaccepted.append(entry.bytes)
            case .cursor:
                outcome.keys += unaccepted
                unaccepted = []
                outcome.cursor = entry.text
            case .counts: outcome.counts = counts(entry.text)
            case .end: outcome.end = .finished
            case .failure: outcome.end = .failed(entry.text)
            }
        }
        // Killed between its last page and its last word: in the way of SCAN, cursor 0 is the end.
        if outcome.end == .killed, outcome.cursor == "0", cursor != "0" || !outcome.keys.isEmpty {
            outcome.end = .finished
        }
        outcome.events = String(
            decoding: (try? Data(contentsOf: URL(filePath: path))) ?? Data(),
            as: UTF8.self
        )
        if outcome.end == .killed, !wasKilled {
            outcome.end = .failed("it ended without a word: \(outcome.events)")
        }
        return outcome
    }

    private static func counts(_ text: String) -> [String: Int] {
        text.split(separator: " ").reduce(into: [:]) { counts, pair in
            let parts = pair.split(separator: "=")
            counts[String(parts[0]), default: 0] += parts.last.flatMap { Int($0) } ?? 0
        }
    }

    /// Next to the tests: the product of the same build.
    private static func executable() throws -> URL {
        let places =
            Bundle.allBundles.map { $0.bundleURL.deletingLastPathComponent() } + [Bundle.main.bundleURL]
        for place in places {
            let url = place.appending(path: "chaos-scanner")
            if FileManager.default.isExecutableFile(atPath: url.path) { return url }
        }
        throw TestClusterError("chaos-scanner is not in any of \(places.map(\.path))")
    }
}
