import ClusterScan
import ClusterScanOperations

/// One run of `cluster-scan restore`: reads a dump and brings its keys back.
struct RestoreRun: Sendable {
    /// What a dump says of itself, once it was read to its end.
    struct Verified: Sendable {
        var header: DumpHeader
        var trailer: DumpTrailer
        var bytes: UInt64
        /// Records that match.
        var matching: UInt64
    }

    struct Ending: Sendable {
        var tally = RestoreTally()
        var failure: CommandFailure?
        var trailer: DumpTrailer?
        var elapsed = Duration.zero
    }

    var pattern: GlobPattern?
    var meter: RestoreMeter?

    private static let recordsAtOnce = 4000
    private static let bytesAtOnce = 8 << 20

    /// Reads a dump to its end without doing anything else.
    ///
    /// - Throws: ``DumpFileError`` if it is not whole; ``SystemError``; `CancellationError`.
    func verify(_ file: FileDescriptor) throws -> Verified {
        var input = DumpInput(file)
        var header: DumpHeader?
        var trailer: DumpTrailer?
        var records: UInt64 = 0
        var matching: UInt64 = 0
        while let item = try input.next() {
            switch item {
            case .header(let found): header = found
            case .record(let record):
                records += 1
                if pattern?.matches(record.key) ?? true { matching += 1 }
                if records.isMultiple(of: 1000) {
                    meter?.note(.verifying, keys: records, bytes: input.offset)
                    try Task.checkCancellation()
                }
            case .mark: break
            case .trailer(let found): trailer = found
            }
        }
        // A reader that comes to an end has seen both.
        guard let header, let trailer else { throw DumpFileError.truncated(at: input.offset) }
        return Verified(header: header, trailer: trailer, bytes: input.offset, matching: matching)
    }

    /// Restores what is in a dump, as far as it is whole.
    func restore(_ file: FileDescriptor, with writer: RecordWriter) async -> Ending {
        let begin = ContinuousClock.now
        var ending = Ending()
        var group: [DumpRecord] = []
        var writer = writer
        do {
            do {
                try await copy(file, &group, &writer, &ending)
            } catch let error as DumpFileError {
                // What came before was found right.
                try await flush(&group, &writer, &ending)
                throw error
            }
            try await flush(&group, &writer, &ending)
        } catch let error as DumpFileError {
            ending.failure = CommandFailure(.unusableData, error.description)
        } catch {
            ending.failure = CommandFailure(error)
        }
        ending.elapsed = begin.duration(to: .now)
        return ending
    }

    private func copy(
        _ file: FileDescriptor,
        _ group: inout [DumpRecord],
        _ writer: inout RecordWriter,
        _ ending: inout Ending
    ) async throws {
        var input = DumpInput(file)
        var bytes = 0
        while let item = try input.next() {
            switch item {
            case .header, .mark: break
            case .trailer(let trailer): ending.trailer = trailer
            case .record(let record):
                guard pattern?.matches(record.key) ?? true else {
                    ending.tally.passedOver += 1
                    continue
                }
                let size = record.key.count + record.payload.count
                if !group.isEmpty, bytes + size > Self.bytesAtOnce || group.count >= Self.recordsAtOnce {
                    try await flush(&group, &writer, &ending)
                    bytes = 0
                    meter?.note(.restoring, keys: ending.tally.restored, bytes: input.offset)
                    try Task.checkCancellation()
                }
                group.append(record)
                bytes += size
            }
        }
    }

    private func flush(
        _ group: inout [DumpRecord],
        _ writer: inout RecordWriter,
        _ ending: inout Ending
    ) async throws {
        guard !group.isEmpty else { return }
        // What is under way when the user stops is finished and counted.
        let (records, before) = (group, writer)
        let outcomes: [RestoreOutcome]
        (outcomes, writer) = try await Task {
            var writer = before
            return (try await writer.write(records), writer)
        }.value
        for (record, outcome) in zip(group, outcomes) { ending.tally.add(outcome, of: record) }
        group = []
    }
}
