public import ClusterScan
import Synchronization

/// Copies keys with their values and expiry to another cluster or server, batch by batch.
///
/// Values travel as the servers serialise them (`DUMP`, `RESTORE`), many at once on both sides. Where the
/// destination does not understand that, because it is older or of another vendor, or where one side has no
/// such command, they are read and written with the commands of their types. A value that is larger than
/// ``CopyOptions/maximumPieceBytes`` is copied so element by element. It is built under a temporary name in
/// the slot of its key, and gets its own name when it is complete. What can be copied in neither way is
/// counted as failed, never left out in silence.
///
/// ```swift
/// let copier = try await KeyCopier(from: old, to: new, matching: "user:*")
/// let report = await copier.copyAll()
/// print(report.tally.done, report.isComplete, report.tally.isClean)
/// ```
///
/// A key is copied as it is at one moment, expiry included; one that changes afterwards is not copied again.
/// One that changes while it is read element by element is read again, and is counted as failed if that
/// happens every time.
public final class KeyCopier: Sendable {
    let source: ClusterScanner
    let destination: ClusterScanner
    private let pattern: GlobPattern?
    let options: CopyOptions
    let maximumPieceBytes: Int
    let here: MomentReader
    let there: MomentReader
    /// Whether the destination is a cluster, whose transactions concern one slot.
    let isCluster: Bool
    let plainHere: PlainReader
    let plainThere: PlainReader
    let writer: PlainWriter
    private let onNote: @Sendable (String) -> Void
    private let learned = Mutex(CopyRoute.dumps)
    private let moved = Mutex(CopyStatistics())
    private let seen = Mutex(CopyPreview())

    /// Prepares to copy.
    ///
    /// - Parameters:
    ///   - source: Reads the keys.
    ///   - destination: Writes the copies.
    ///   - pattern: The glob that the keys to be copied match: names must not collide when they are changed.
    ///   - options: How to copy.
    ///   - onNote: Gets what is found out of the servers and concerns the whole copy, in words for people.
    /// - Throws: `ClusterScanError` with the code `ClusterScanError.Code.invalidQuery` if keys would be
    ///   copied onto themselves, or two of them could get one name; and if a side cannot be reached.
    public init(
        from source: ClusterScanner,
        to destination: ClusterScanner,
        matching pattern: GlobPattern? = nil,
        options: CopyOptions = CopyOptions(),
        onNote: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws {
        if let collision = options.rename?.collision(among: pattern) {
            throw ClusterScanError(.invalidQuery, collision)
        }
        if try await source.readsSameKeys(as: destination) {
            guard let rename = options.rename else {
                throw ClusterScanError(
                    .invalidQuery,
                    "source and destination are the same: without new names, keys would be copied onto "
                        + "themselves"
                )
            }
            if let obstacle = rename.obstacle(withinOneClusterAmong: pattern) {
                throw ClusterScanError(.invalidQuery, obstacle)
            }
        }
        self.source = source
        self.destination = destination
        self.pattern = pattern
        self.options = options
        here = MomentReader(source, options: options.commands)
        there = MomentReader(destination, options: options.commands)
        plainHere = PlainReader(source, here, options: options.commands)
        plainThere = PlainReader(destination, there, options: options.commands)
        writer = PlainWriter(
            destination,
            replacing: options.replacesExisting,
            options: options.commands
        )
        self.onNote = onNote
        isCluster = try await destination.topology().isCluster
        // A server closes the connection at a longer argument.
        maximumPieceBytes = min(
            options.maximumPieceBytes,
            try await destination.maximumArgumentBytes() - 1
        )
    }

    /// A key on its way.
    struct Item: Sendable {
        /// Its place in the chunk.
        let index: Int
        let key: [UInt8]
        let target: [UInt8]
        /// What its value takes in memory, in bytes.
        let size: Int
    }

    /// How values travel, as far as is known.
    var route: CopyRoute { learned.withLock { $0 } }

    /// Takes note of a refusal that concerns all keys.
    func learn(_ route: CopyRoute) {
        let isNews = learned.withLock { known in
            let isNews = known.isSuperseded(by: route)
            if isNews { known = route }
            return isNews
        }
        if isNews, let note = route.note { onNote(note) }
    }

    /// Copies all keys that an iteration finds.
    ///
    /// - Parameters:
    ///   - type: Only keys that hold this type.
    ///   - cursor: Where to begin: `ScanCursor.start` or the cursor of an earlier report.
    ///   - options: How to go about it.
    ///   - onProgress: Gets after every chunk how far things are; what it throws ends the work.
    /// - Returns: What became of the keys, as ``copy(_:)`` counts it, and how it ended. Cancelling the task
    ///   stops the work as
    ///   ``ClusterScan/ClusterScanner/work(from:match:type:options:onProgress:step:)`` describes.
    public func copyAll(
        type: KeyType? = nil,
        from cursor: ScanCursor = .start,
        options: WorkOptions = WorkOptions(),
        onProgress: (WorkProgress) throws -> Void = { _ in }
    ) async -> WorkReport {
        await source.work(
            from: cursor,
            match: pattern,
            type: type,
            options: options,
            onProgress: onProgress,
            step: copy
        )
    }

    /// Finds out what ``copyAll(type:from:options:onProgress:)`` would meet, and writes nothing.
    ///
    /// - Parameters:
    ///   - type: Only keys that hold this type.
    ///   - cursor: Where to begin.
    ///   - options: How to go about it.
    ///   - onProgress: Gets after every chunk how far things are; what it throws ends the work.
    /// - Returns: What was found, as ``preview(_:)`` counts it, and how it ended.
    public func previewAll(
        type: KeyType? = nil,
        from cursor: ScanCursor = .start,
        options: WorkOptions = WorkOptions(),
        onProgress: (WorkProgress) throws -> Void = { _ in }
    ) async -> WorkReport {
        await source.work(
            from: cursor,
            match: pattern,
            type: type,
            options: options,
            onProgress: onProgress,
            step: preview
        )
    }

    /// What was moved so far, over all calls.
    public var statistics: CopyStatistics { moved.withLock { $0 } }

    /// What was found so far by ``preview(_:)``, over all calls.
    public var findings: CopyPreview { seen.withLock { $0 } }

    /// Copies keys, and waits until all of them are settled.
    ///
    /// - Parameter chunk: The keys; one that comes twice is copied once.
    /// - Returns: What became of them: those in ``WorkTally/unchanged`` are at the destination with the same
    ///   value and expiry already, those whose expiry alone had to be changed there count as done; those that
    ///   have another value there are refused with the code `BUSYKEY`, and those that can be copied in
    ///   neither way with `NOTCOPIED` or what the server says.
    /// - Throws: `ClusterScanError` if servers are out of reach or refuse the user; some keys may have been
    ///   copied then. `CancellationError`.
    public func copy(_ chunk: WorkChunk) async throws -> WorkTally {
        var tally = CopyTally(chunk)
        let (indices, names) = chunk.uniqueKeys { tally.noteAlike($0) }
        let sizes = try await KeySizes.read(of: names, at: source, options: options.commands)
        var items: [Item] = []
        for (place, name) in names.enumerated() {
            guard sizes[place] > 0 else {
                tally.noteVanished(indices[place])
                continue
            }
            let target = options.rename?.renamed(name) ?? name
            items.append(Item(index: indices[place], key: name, target: target, size: sizes[place]))
        }
        let small = items.filter { $0.size <= maximumPieceBytes }
        let refused = try await copyAsDumps(small, &tally)
        var rest = try await copyWithCommands(refused.others, &tally)
        rest.large += items.filter { $0.size > maximumPieceBytes } + refused.large
        if let obstacle = route.obstacle {
            let reason = "a value of its type needs DUMP and RESTORE, and \(obstacle)"
            for item in rest.others { tally.noteFailure(item.index, reason) }
        } else {
            let last = try await copyAsDumps(rest.others, isOnlyWay: true, &tally)
            // There they are named by their types.
            rest.large += last.large + last.others
        }
        try await copyByElements(rest.large, &tally)
        moved.withLock { $0 += tally.statistics }
        return tally.work
    }

    /// Finds out what ``copy(_:)`` would meet, and writes nothing.
    ///
    /// - Parameter chunk: The keys.
    /// - Returns: In ``WorkTally/done`` the keys that would be copied, in ``WorkTally/unchanged`` those that
    ///   exist at the destination and would be left alone if their values differ. ``findings`` has more.
    /// - Throws: What copying throws.
    public func preview(_ chunk: WorkChunk) async throws -> WorkTally {
        var tally = WorkTally()
        let (indices, names) = chunk.uniqueKeys { tally.add(.unchanged, for: chunk.keys[$0]) }
        let sizes = try await KeySizes.read(of: names, at: source, options: options.commands)
        let existing = try await destination.answers(
            to: names.map {
                KeyCommand("EXISTS", key: options.rename?.renamed($0) ?? $0, isRepeatable: true)
            },
            options: options.commands
        ).map { try $0.requiredInteger() == 1 }
        for (place, index) in indices.enumerated() {
            let isLeft = existing[place] && !options.replacesExisting
            tally.add(sizes[place] == 0 ? .missing : isLeft ? .unchanged : .done, for: chunk.keys[index])
        }
        let preview = CopyPreview(
            keys: sizes.count { $0 > 0 },
            existing: zip(sizes, existing).count { $0 > 0 && $1 },
            large: sizes.count { $0 > maximumPieceBytes },
            bytes: sizes.reduce(0, +)
        )
        seen.withLock { $0 += preview }
        return tally
    }
}

extension WorkChunk {
    /// The keys, each once, and their places.
    ///
    /// - Parameter repeated: Gets the places of those that have come before.
    /// - Returns: The places in the chunk, and the names.
    func uniqueKeys(_ repeated: (Int) -> Void = { _ in }) -> (indices: [Int], names: [[UInt8]]) {
        var seen = Set<KeyBatch.Key>(minimumCapacity: keys.count)
        var (indices, names): ([Int], [[UInt8]]) = ([], [])
        for (index, key) in keys.enumerated() {
            if seen.insert(key).inserted {
                indices.append(index)
                names.append(key.bytes)
            } else {
                repeated(index)
            }
        }
        return (indices, names)
    }
}
