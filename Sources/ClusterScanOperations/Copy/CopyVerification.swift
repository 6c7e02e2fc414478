public import ClusterScan
import Synchronization

/// Checks a copy: that every key of the source is at the destination, and that a random sample of them has
/// the same values and expires at the same time there.
///
/// ```swift
/// let verification = CopyVerification(from: old, to: new, matching: "user:*")
/// let report = await verification.checkAll()
/// let verdict = try await verification.verdict()
/// ```
///
/// What changes while it is copied or checked shows as a difference.
public final class CopyVerification: Sendable {
    private let source: ClusterScanner
    private let destination: ClusterScanner
    private let pattern: GlobPattern?
    private let options: CopyOptions
    private let expiryTolerance: Duration
    private let state: Mutex<(result: CopyVerdict, samples: Reservoir)>

    /// Prepares to check.
    ///
    /// - Parameters:
    ///   - source: Reads the originals.
    ///   - destination: Reads the copies.
    ///   - pattern: The glob that the keys match which were copied.
    ///   - options: How it was copied: new names, patience, memory.
    ///   - samples: How many keys to compare in value and expiry, chosen at random; their names are held in
    ///     memory.
    ///   - expiryTolerance: By how much the moments may differ at which a key expires on either side.
    public init(
        from source: ClusterScanner,
        to destination: ClusterScanner,
        matching pattern: GlobPattern? = nil,
        options: CopyOptions = CopyOptions(),
        samples: Int = 1000,
        expiryTolerance: Duration = .seconds(1)
    ) {
        self.source = source
        self.destination = destination
        self.pattern = pattern
        self.options = options
        state = Mutex((CopyVerdict(), Reservoir(capacity: max(0, samples))))
        self.expiryTolerance = expiryTolerance
    }

    /// Looks whether all keys that an iteration finds are at the destination.
    ///
    /// - Parameters:
    ///   - type: Only keys that hold this type.
    ///   - options: How to go about it.
    ///   - onProgress: Gets after every chunk how far things are; what it throws ends the work.
    /// - Returns: What was found, and how it ended.
    public func checkAll(
        type: KeyType? = nil,
        options: WorkOptions = WorkOptions(),
        onProgress: (WorkProgress) throws -> Void = { _ in }
    ) async -> WorkReport {
        await source.work(
            match: pattern,
            type: type,
            options: options,
            onProgress: onProgress,
            step: check
        )
    }

    /// Looks whether keys are at the destination.
    ///
    /// - Parameter chunk: Names of keys at the source.
    /// - Returns: In ``WorkTally/done`` the keys that are on both sides; those that are at the source only
    ///   are refused with the code `MISSING`.
    /// - Throws: `ClusterScanError`, or `CancellationError`.
    public func check(_ chunk: WorkChunk) async throws -> WorkTally {
        var tally = WorkTally()
        let (indices, names) = chunk.uniqueKeys { tally.add(.unchanged, for: chunk.keys[$0]) }
        let found = try await destination.answers(
            to: names.map { KeyCommand("EXISTS", key: target(of: $0), isRepeatable: true) },
            options: options.commands
        ).map { try $0.requiredInteger() == 1 }
        let absent = names.indices.filter { !found[$0] }
        // A snapshot shows keys that have expired, and others were deleted since.
        let originals = try await source.answers(
            to: absent.map { KeyCommand("EXISTS", key: names[$0], isRepeatable: true) },
            options: options.commands
        ).map { try $0.requiredInteger() == 1 }
        for place in names.indices where found[place] { tally.add(.done, for: chunk.keys[indices[place]]) }
        var missing: [[UInt8]] = []
        for (place, isThere) in zip(absent, originals) {
            let key = chunk.keys[indices[place]]
            if isThere {
                missing.append(names[place])
                tally.add(
                    .refused(ServerError(message: "MISSING it is not at the destination")),
                    for: key
                )
            } else {
                tally.add(.missing, for: key)
            }
        }
        state.withLock { state in
            for name in missing { state.result.noteMissing(name) }
            for place in names.indices where found[place] {
                state.result.present += 1
                state.samples.add(names[place])
            }
        }
        return tally
    }

    /// Compares the sample, and says what came out.
    ///
    /// - Returns: The result over all keys that were checked.
    /// - Throws: `ClusterScanError`, or `CancellationError`.
    public func verdict() async throws -> CopyVerdict {
        let (counted, samples) = state.withLock { ($0.result, $0.samples.names) }
        var result = counted
        let here = MomentReader(source, options: options.commands)
        let there = MomentReader(destination, options: options.commands)
        let comparison = ValueComparison(
            source: (source, here, PlainReader(source, here, options: options.commands)),
            destination: (destination, there, PlainReader(destination, there, options: options.commands)),
            maximumPieceBytes: options.maximumPieceBytes,
            maximumBytesInMemory: options.maximumBytesInMemory,
            options: options.commands
        )
        let findings = try await comparison.compare(samples.map { ($0, target(of: $0)) })
        for (key, found) in zip(samples, findings) {
            switch found.verdict {
            case .missingAtSource: continue
            case .missingAtDestination: result.noteDifference(key, "it is gone from the destination")
            case .different(let reason): result.noteDifference(key, reason)
            case .unknown(let reason): result.noteDifference(key, "it could not be compared: \(reason)")
            case .alike:
                if let reason = difference(found.here, found.there) {
                    result.noteDifference(key, reason)
                } else {
                    result.alike += 1
                }
            }
        }
        return result
    }

    private func target(of name: [UInt8]) -> [UInt8] { options.rename?.renamed(name) ?? name }

    private func difference(_ here: KeyLifetime, _ there: KeyLifetime) -> String? {
        switch (here, there) {
        case (.never, .never), (.noKey, _): return nil
        case (_, .noKey): return "it is gone from the destination"
        case (.never, .at): return "it expires at the destination only"
        case (.at, .never): return "it does not expire at the destination"
        case (.at(let one), .at(let other)):
            let apart = Duration.milliseconds(abs(one - other))
            return apart <= expiryTolerance ? nil : "it expires \(apart) apart"
        }
    }
}
