public import ClusterScan

/// Reads keys with their values and expiries in the form that `RESTORE` takes (`DUMP`), many at a time.
///
/// ```swift
/// var reader = RecordReader(scanner)
/// for try await batch in scanner.batches() {
///     let unread = try await reader.read(batch.keys.map(\.bytes)) { record in … }
/// }
/// ```
///
/// The value of a key is one moment of it; its expiry is asked for in the same burst of commands, and so is
/// that of nearly the same moment. Servers make a `DUMP` in one piece and wait for nothing else meanwhile:
/// about 1 ms for a MB.
public struct RecordReader: Sendable {
    private let scanner: ClusterScanner
    private let bytesAtOnce: Int
    private let options: CommandOptions
    /// `PEXPIRETIME` is exact, and servers before 7.0 do not have it.
    private var asksForMoments = true

    /// Prepares to read.
    ///
    /// - Parameters:
    ///   - scanner: Where to read.
    ///   - bytesAtOnce: About how many bytes of values to hold at once; a value that is larger is held alone.
    ///   - options: How long nodes may be out of reach.
    public init(
        _ scanner: ClusterScanner,
        bytesAtOnce: Int = 8 << 20,
        options: CommandOptions = CommandOptions()
    ) {
        self.scanner = scanner
        self.bytesAtOnce = bytesAtOnce
        self.options = options
    }

    /// Reads keys. What is large and what small is asked first (`MEMORY USAGE`); where that is not permitted,
    /// some tens of values are read at once.
    ///
    /// - Parameters:
    ///   - keys: The names; several thousands are best.
    ///   - body: Takes the records, in the order of the keys, without those that do not exist any more.
    /// - Returns: Keys that exist and cannot be read.
    /// - Throws: `ClusterScanError` if nodes are out of reach or do not permit `DUMP`; what `body` throws;
    ///   `CancellationError`.
    public mutating func read(
        _ keys: [[UInt8]],
        _ body: (DumpRecord) throws -> Void
    ) async throws -> [UnreadKey] {
        let sizes = try await KeySizes.read(of: keys, at: scanner, options: options)
        var unread: [UnreadKey] = []
        for run in KeySizes.runs(of: sizes, atMost: bytesAtOnce) {
            unread += try await readTogether(keys[run], body)
        }
        return unread
    }

    private mutating func readTogether(
        _ keys: ArraySlice<[UInt8]>,
        _ body: (DumpRecord) throws -> Void
    ) async throws -> [UnreadKey] {
        let question = asksForMoments ? "PEXPIRETIME" : "PTTL"
        let commands = keys.flatMap { key in
            [
                KeyCommand(question, key: key, isRepeatable: true),
                KeyCommand("DUMP", key: key, isRepeatable: true),
            ]
        }
        let replies = try await scanner.send(commands, options: options)
        let now = SystemTime.millisecondsSince1970
        var unread: [UnreadKey] = []
        for (index, key) in keys.enumerated() {
            if asksForMoments, case .error(let error) = replies[2 * index], error.isUnknownCommand {
                asksForMoments = false
                return try await unread + readTogether(keys.dropFirst(index), body)
            }
            let time = try replies[2 * index].valueUnlessRefused()
            let value = try replies[2 * index + 1].valueUnlessRefused()
            switch (time, value) {
            case (.failure(let error), _), (_, .failure(let error)):
                unread.append(UnreadKey(key: key, error: error))
            // -2: the key was gone, or its expiry passed, while it was read.
            case (.success(.integer(let time)), .success(.bulkString(let payload))) where time != -2:
                let expiry = time < 0 ? nil : asksForMoments ? time : now.addingClamped(time)
                try body(DumpRecord(key: key, expiry: expiry, payload: payload))
            default:
                continue
            }
        }
        return unread
    }
}

/// A key that exists and could not be read, and why.
public struct UnreadKey: Sendable {
    /// The name of the key.
    public var key: [UInt8]
    /// What was in the way.
    public var error: ClusterScanError
}
