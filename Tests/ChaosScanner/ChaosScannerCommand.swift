import ArgumentParser
import ClusterScan
import Foundation
import TestCluster

/// Scans a cluster and writes a ``ScanJournal``: the keys of a batch, then its cursor, in one go. Made to be
/// killed at any moment and to be started again with the last cursor that came out.
@main
struct ChaosScannerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chaos-scanner",
        abstract: "Scan a cluster for a test that kills the scan."
    )

    @Argument(help: ArgumentHelp("Nodes of the cluster.", valueName: "host:port"))
    var seeds: [String]

    @Option(help: "Where to carry on.")
    var cursor = "0"

    @Flag(help: "Ask page by page rather than reading a stream.")
    var pages = false

    @Option(help: "auto, scan or slots.")
    var strategy = "auto"

    @Flag(help: "Read replicas where they follow their primaries.")
    var replicas = false

    @Option(help: "COUNT.")
    var count = 1000

    @Option(help: "How far the stream reads ahead, in bytes.")
    var readAhead = 4 << 20

    @Option(help: "How long to rest after each batch, in microseconds.")
    var rest = 0

    func run() async throws {
        let journal = JournalWriter()
        let scanner = ClusterScanner(seeds: try seeds.map(Self.address), connection: connection)
        do {
            if pages {
                try await readPages(with: scanner, into: journal)
            } else {
                try await readStream(with: scanner, into: journal)
            }
        } catch {
            try journal.fail("\(error)")
            throw ExitCode.failure
        }
        await scanner.shutDown()
    }

    private func readPages(with scanner: ClusterScanner, into journal: JournalWriter) async throws {
        var cursor = try ScanCursor(cursor)
        repeat {
            let page = try await scanner.scan(cursor, options: try options(reportingTo: journal))
            cursor = page.cursor
            try journal.write(page.keys, cursor)
            try await pause()
        } while !cursor.isFinished
        try journal.end()
    }

    private func readStream(with scanner: ClusterScanner, into journal: JournalWriter) async throws {
        let options = try options(reportingTo: journal)
        for try await batch in scanner.batches(from: try ScanCursor(cursor), options: options) {
            try journal.write(batch.keys, batch.cursor)
            try await pause()
        }
        try journal.end()
    }

    private func pause() async throws {
        if rest > 0 { try await Task.sleep(for: .microseconds(rest)) }
    }

    /// Impatient with connections, as the test pauses servers; patient with slots, as promotions take
    /// seconds.
    private var connection: ConnectionConfiguration {
        ConnectionConfiguration(connectTimeout: .seconds(1), commandTimeout: .seconds(1))
    }

    private func options(reportingTo journal: JournalWriter) throws -> ScanOptions {
        guard let strategy = ScanStrategy(rawValue: strategy) else {
            throw ValidationError("no such strategy: \(strategy)")
        }
        return ScanOptions(
            count: count,
            strategy: strategy,
            readPreference: replicas ? .preferReplicas : .primaries,
            readAheadBytes: readAhead,
            patience: .seconds(90),
            onEvent: { journal.note($0) }
        )
    }

    private static func address(_ text: String) throws -> NodeAddress {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let port = Int(parts[1]) else { throw ValidationError("no address: \(text)") }
        return NodeAddress(host: String(parts[0]), port: port)
    }
}
