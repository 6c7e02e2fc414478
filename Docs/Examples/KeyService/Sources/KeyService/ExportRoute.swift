import ClusterScan
import Hummingbird
import Synchronization

/// `GET /export`: all keys, in one response that is written while they are read.
struct ExportRoute {
    let scanner: ClusterScanner
    let settings: Settings
    private let running: RunningExports

    init(scanner: ClusterScanner, settings: Settings) {
        self.scanner = scanner
        self.settings = settings
        running = RunningExports(most: settings.maximumExports)
    }

    func start(_ request: Request, _ context: KeyServiceContext) async throws -> Response {
        let parameters = try Parameters(request, known: KeyQuery.parameters.union(["format"]))
        let query = try KeyQuery(parameters, settings)
        guard let format = ExportFormat(rawValue: parameters.text("format") ?? "json") else {
            throw Problem(.badRequest, "invalidFormat", "format is json or text")
        }
        guard let place = running.begin() else {
            throw Problem(
                .serviceUnavailable,
                "tooManyExports",
                "\(settings.maximumExports) exports are running"
            )
        }
        let batches = scanner.batches(
            from: query.cursor,
            match: query.pattern,
            type: query.type,
            // What is read ahead is all that waits in this process for a client that reads slowly.
            options: ScanOptions(readAheadBytes: 1 << 20, patience: settings.exportPatience)
        )
        try await context.channel.onClientGone { batches.stop() }
        var iterator = batches.makeAsyncIterator()
        let first: ScanBatch?
        do {
            // The status line can still say what is wrong, with the cursor or with the cluster.
            first = try await iterator.next()
        } catch let error as ClusterScanError {
            throw Problem(error)
        }
        let rest = iterator
        return Response(
            status: .ok,
            headers: [
                .contentType: format.contentType, .cacheControl: "no-store",
                .trailer: "\(Export.complete), \(Export.keys)",
            ],
            body: ResponseBody { writer in
                // Until the body is written, or dropped.
                defer { withExtendedLifetime(place) {} }
                var export = Export(
                    batches: batches,
                    cursor: query.cursor,
                    format: format,
                    stallTime: settings.stallTime,
                    context: context
                )
                try await export.write(first, then: rest, to: &writer)
            }
        )
    }
}

enum ExportFormat: String {
    case json, text

    var contentType: String {
        switch self {
        case .json: "application/x-ndjson"
        case .text: "text/plain; charset=utf-8"
        }
    }
}

/// How many exports there are. Each has connections of its own to every node.
private final class RunningExports: Sendable {
    private let most: Int
    private let count = Mutex(0)

    init(most: Int) {
        self.most = most
    }

    /// A place among those that run, given back when it is let go.
    func begin() -> Place? {
        let isFree = count.withLock { count in
            guard count < most else { return false }
            count += 1
            return true
        }
        return isFree ? Place(exports: self) : nil
    }

    final class Place: Sendable {
        private let exports: RunningExports

        init(exports: RunningExports) {
            self.exports = exports
        }

        deinit {
            exports.count.withLock { $0 -= 1 }
        }
    }
}
