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
/// The value of a key and its expiry are those of one moment (`MULTI`, `EXEC`). Servers make a `DUMP` in one
/// piece and wait for nothing else meanwhile: about 1 ms for a MB.
public struct RecordReader: Sendable {
    private let scanner: ClusterScanner
    private let bytesAtOnce: Int
    private let reader: MomentReader
    private let options: CommandOptions

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
        reader = MomentReader(scanner, options: options)
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

    private func readTogether(
        _ keys: ArraySlice<[UInt8]>,
        _ body: (DumpRecord) throws -> Void
    ) async throws -> [UnreadKey] {
        var unread: [UnreadKey] = []
        for (key, moment) in zip(keys, try await reader.moments(of: Array(keys))) {
            switch try moment.value.valueUnlessRefused() {
            case .failure(let error):
                unread.append(UnreadKey(key: key, error: error))
            case .success(.bulkString(let payload)) where moment.lifetime != .noKey:
                try body(DumpRecord(key: key, expiry: moment.lifetime.moment, payload: payload))
            case .success:
                // It was gone, or its expiry had passed.
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
