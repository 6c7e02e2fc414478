import ClusterScan
import TestCluster
import Testing

/// What an iteration over an unsound cluster must come to.
struct Promise {
    let keys: Set<[UInt8]>
    var options: ScanOptions
    var pattern: GlobPattern?

    /// How much later than its patience an iteration may end: on a busy machine everything takes its time.
    private static let leniency = Duration.seconds(20)

    init(of keys: some Sequence<[UInt8]>, _ options: ScanOptions, match pattern: GlobPattern? = nil) {
        self.keys = Set(keys)
        self.options = options
        self.pattern = pattern
    }

    /// Expects all keys from a stream, or an error that names slots, and whose cursor leads to the rest.
    ///
    /// - Returns: The keys, the report if there was no error, and the error.
    @discardableResult
    func expectStream(
        of scanner: ClusterScanner,
        onBatch: (_ number: Int) async throws -> Void = { _ in },
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> (tally: KeyTally, report: ScanReport?, error: ClusterScanError?) {
        var tally = KeyTally()
        let batches = scanner.batches(match: pattern, options: options)
        let started = ContinuousClock.now
        do {
            var number = 0
            for try await batch in batches {
                tally.add(batch.keys)
                number += 1
                try await onBatch(number)
            }
            expectAll(tally, sourceLocation)
            return (tally, await batches.report, nil)
        } catch let error as ClusterScanError {
            expectHonest(error, tally, since: started, sourceLocation)
            return (tally, nil, error)
        }
    }

    /// Expects the same from pages.
    func expectPages(
        of scanner: ClusterScanner,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        var tally = KeyTally()
        var cursor = ScanCursor.start
        let started = ContinuousClock.now
        do {
            repeat {
                let page = try await scanner.scan(cursor, match: pattern, options: options)
                tally.add(page.keys)
                cursor = page.cursor
            } while !cursor.isFinished
            expectAll(tally, sourceLocation)
        } catch let error as ClusterScanError {
            expectHonest(error, tally, since: started, sourceLocation)
        }
    }

    private func expectAll(_ tally: KeyTally, _ location: SourceLocation) {
        let missing = keys.subtracting(tally.names)
        #expect(missing.isEmpty, "\(summary(of: missing)), and no error", sourceLocation: location)
    }

    private func expectHonest(
        _ error: ClusterScanError,
        _ tally: KeyTally,
        since started: ContinuousClock.Instant,
        _ location: SourceLocation
    ) {
        #expect(error.code == .slotsNotCovered, "\(error)", sourceLocation: location)
        #expect(!error.slots.isEmpty, "\(error)", sourceLocation: location)
        // An error comes when patience ends, which others that get on may not have done by then.
        let covered = error.cursor?.inspection.map { $0.covered } ?? SlotSet()
        let lost = keys.subtracting(tally.names).filter { covered.contains(HashSlot(key: $0)) }
        #expect(
            lost.isEmpty,
            "\(summary(of: lost)), and not to be read again: \(error)",
            sourceLocation: location
        )
        let time = ContinuousClock.now - started
        #expect(time < options.patience + Self.leniency, "\(error)", sourceLocation: location)
    }

    private func summary(of missing: Set<[UInt8]>) -> String {
        let slots = Set(missing.map { KeySlot.of($0) }).sorted()
        return "\(missing.count) of \(keys.count) keys are missing, of slots \(slots.prefix(10))"
    }
}
