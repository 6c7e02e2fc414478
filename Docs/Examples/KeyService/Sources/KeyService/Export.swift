import ClusterScan
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes
import ServiceLifecycle

/// The body of one export.
///
/// Nothing is read ahead of the client but what the socket and the scanner's buffer hold: `write` waits while
/// the client does not read, nobody takes batches meanwhile, and the scanner asks the servers for no more.
///
/// An export that ends early never looks complete: its connection is closed without the last chunk, which
/// every HTTP/1.1 client reports. In JSON the last line tells as well, and cursors stand among the keys.
struct Export {
    static let complete = "X-Cluster-Scan-Complete"
    static let keys = "X-Cluster-Scan-Keys"
    private static let bytesOfWrite = 64 << 10
    private static let keysBetweenMarks = 10_000

    private let batches: ScanBatches
    private let format: ExportFormat
    private let stallTime: Duration
    private let context: KeyServiceContext
    private let clock = ContinuousClock()
    private var lines = ByteBuffer()
    /// Stands for exactly what is in `lines`, or was written.
    private var cursor: ScanCursor
    private var lastMark: ContinuousClock.Instant
    private var keysSinceMark = 0

    init(
        batches: ScanBatches,
        cursor: ScanCursor,
        format: ExportFormat,
        stallTime: Duration,
        context: KeyServiceContext
    ) {
        self.batches = batches
        self.cursor = cursor
        self.format = format
        self.stallTime = stallTime
        self.context = context
        lastMark = clock.now
    }

    mutating func write(
        _ first: ScanBatch?,
        then rest: ScanBatches.Iterator,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        let batches = batches
        do {
            try await withGracefulShutdownHandler {
                try await writeKeys(first, then: rest, to: &writer)
            } onGracefulShutdown: {
                batches.stop()
            }
        } catch {
            try await writeEarlyEnd(Self.reason(error), to: &writer)
            // The connection is closed because of it.
            throw error
        }
        let keys = await batches.reportSoFar?.keys ?? 0
        if format == .json { lines.writeString(#"{"complete":true,"keys":\#(keys)}"# + "\n") }
        try await send(to: &writer)
        var trailers = HTTPFields()
        for (name, value) in [(Self.complete, "true"), (Self.keys, "\(keys)")] {
            if let name = HTTPField.Name(name) { trailers[name] = value }
        }
        try await writer.finish(trailers)
    }

    private mutating func writeKeys(
        _ first: ScanBatch?,
        then rest: ScanBatches.Iterator,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        var rest = rest
        var next = first
        while let batch = next {
            append(batch)
            // There is nothing to go on with: its text would start another iteration.
            if cursor.isFinished { return }
            if keysSinceMark >= Self.keysBetweenMarks || lastMark.duration(to: clock.now) >= .seconds(1) {
                appendMark()
                try await send(to: &writer)
            } else if lines.readableBytes >= Self.bytesOfWrite {
                try await send(to: &writer)
            }
            // What was read ahead is left to whoever goes on from the cursor.
            if Task.isShuttingDownGracefully { throw CancellationError() }
            next = try await rest.next()
        }
    }

    private mutating func append(_ batch: ScanBatch) {
        batch.keys.forEachKey { name in
            switch format {
            case .json: lines.writeJSONKey(name)
            case .text: lines.writeTextKey(name)
            }
            lines.writeString("\n")
        }
        cursor = batch.cursor
        keysSinceMark += batch.keys.count
    }

    /// A line to resume after. A text has none: each of its lines is a key.
    private mutating func appendMark() {
        if format == .json { lines.writeString(#"{"cursor":"\#(cursor)"}"# + "\n") }
        lastMark = clock.now
        keysSinceMark = 0
    }

    private mutating func send(to writer: inout any ResponseBodyWriter) async throws {
        // A client that reads nothing would keep its place among the exports for ever.
        let timer = Task { [channel = context.channel, stallTime] in
            try await Task.sleep(for: stallTime)
            channel.close(promise: nil)
        }
        defer { timer.cancel() }
        try await writer.write(lines)
        lines.clear()
    }

    private mutating func writeEarlyEnd(
        _ reason: Problem,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        context.logger.log(
            level: reason.code == "clientGone" ? .info : .warning,
            "An export ended early",
            metadata: ["code": "\(reason.code)", "detail": "\(reason.detail)"]
        )
        guard format == .json, context.channel.isActive else { return }
        let slots = reason.slots.isEmpty ? "" : #","slots":"\#(reason.slots)""#
        lines.writeString(
            #"{"complete":false,"code":"\#(reason.code)","cursor":"\#(cursor)"\#(slots)}"# + "\n"
        )
        try await send(to: &writer)
        // Closing drops what has not left the process yet.
        try await context.channel.writeAndFlush(HTTPResponsePart.body(ByteBuffer())).get()
    }

    private static func reason(_ error: any Error) -> Problem {
        switch error {
        case let error as ClusterScanError: Problem(error)
        case is CancellationError where Task.isShuttingDownGracefully:
            Problem(.serviceUnavailable, "shuttingDown", "the service is shutting down")
        default: Problem(.serviceUnavailable, "clientGone", "the client has gone: \(error)")
        }
    }
}
