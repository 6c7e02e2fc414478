public import NIOCore
public import NIOPosix

/// Reads all the keys of a Redis or Valkey Cluster, page by page or as a stream.
///
/// **The promise:** every key that exists from the start of an iteration to its end is returned at least
/// once, while slots migrate, primaries fail over, servers restart and connections drop, and also when the
/// iteration is stopped and resumed from its cursor in another process. When that cannot be kept, the
/// iteration fails and names the slots it could not cover. `Docs/Guarantee.md` says why this holds and what
/// no client can promise.
///
/// ```swift
/// let scanner = ClusterScanner(seeds: [NodeAddress(host: "10.0.0.1", port: 6379)])
/// for try await batch in scanner.batches(match: "user:*") {
///     batch.keys.forEachKey { name in process(name) }
///     checkpoint = batch.cursor.description
/// }
/// await scanner.shutDown()
/// ```
///
/// A server without cluster mode is scanned as a cluster of one node. One scanner may serve any number of
/// tasks.
public final class ClusterScanner: Sendable {
    package let seeds: [NodeAddress]
    package let connection: ConnectionConfiguration
    let observation: Observation
    let client: ClusterClient
    private let pages: PageDriver
    let commands: CommandSender

    /// Prepares to scan. Nothing is connected before the first call.
    ///
    /// - Parameters:
    ///   - seeds: Addresses of any nodes of the cluster; one that answers is enough, the others are found
    ///     through it.
    ///   - connection: Credentials, database and time limits.
    ///   - eventLoopGroup: Where connections run. The scanner takes one loop of it.
    ///   - telemetry: Who is told what the scanner does: nobody, by default.
    public init(
        seeds: [NodeAddress],
        connection: ConnectionConfiguration = ConnectionConfiguration(),
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        telemetry: ScannerTelemetry = ScannerTelemetry()
    ) {
        self.seeds = seeds
        self.connection = connection
        observation = Observation(telemetry)
        client = ClusterClient(
            seeds: seeds,
            configuration: connection,
            eventLoop: eventLoopGroup.next(),
            observation: observation
        )
        pages = PageDriver(client)
        commands = CommandSender(client)
    }

    /// Ends what is under way and closes all connections.
    ///
    /// Streams end before their next batch with ``ClusterScanError/Code/shutDown`` and the cursor of the
    /// batch that was handed out last; calls for pages and commands that wait for a server fail with that
    /// code, too, and so does every later call. As a service of a `ServiceGroup` (``run()``) the scanner lets
    /// those that wait for a server finish first.
    public func shutDown() async {
        await client.shutDown()
    }

    /// Takes no more calls, ends streams, and waits for pages and commands under way.
    func finish() async {
        await client.finish()
    }

    // MARK: Pages

    /// Reads one page, in the way of `SCAN` itself: the caller keeps the cursor, the scanner keeps nothing.
    ///
    /// Nodes are read one after the other. A page may be empty before the end; the iteration has ended when
    /// the page's cursor ``ScanCursor/isFinished``.
    ///
    /// - Parameters:
    ///   - cursor: ``ScanCursor/start``, or the cursor of the page before.
    ///   - pattern: Only keys that match this glob. If it implies slots, only their owners are asked.
    ///   - type: Only keys that hold this type.
    ///   - count: About how many keys the server looks at; `nil` for what the options say.
    ///   - options: How to go about it; may change from page to page, as `count` may.
    /// - Returns: The keys, and the cursor for the next call.
    /// - Throws: ``ClusterScanError``, or `CancellationError`.
    public func scan(
        _ cursor: ScanCursor,
        match pattern: GlobPattern? = nil,
        type: KeyType? = nil,
        count: Int? = nil,
        options: ScanOptions = ScanOptions()
    ) async throws -> ScanPage {
        var options = options
        if let count { options.count = max(1, count) }
        return try await pages.page(after: cursor, of: query(pattern, type), options: options)
    }

    // MARK: Streams

    /// Reads all nodes at once, as a sequence of batches, each with the cursor to resume after it.
    ///
    /// Reading runs ahead of the consumer by a bounded amount and begins with the first call to `next()`.
    /// Connections are closed when the iteration ends, is cancelled, or its iterator is let go.
    ///
    /// - Parameters:
    ///   - cursor: Where to begin: ``ScanCursor/start`` or any cursor of the same query.
    ///   - pattern: Only keys that match this glob. If it implies slots, only their owners are asked.
    ///   - type: Only keys that hold this type.
    ///   - options: How to go about it.
    /// - Returns: A sequence that can be iterated once. It throws ``ClusterScanError``, with the cursor to
    ///   resume from, or `CancellationError`.
    public func batches(
        from cursor: ScanCursor = .start,
        match pattern: GlobPattern? = nil,
        type: KeyType? = nil,
        options: ScanOptions = ScanOptions()
    ) -> ScanBatches {
        let query = query(pattern, type)
        do {
            let run = ScanRun(
                progress: try cursor.progress(of: query),
                query: query,
                options: options,
                client: client
            )
            return ScanBatches(.success(run), from: cursor)
        } catch {
            return ScanBatches(.failure(ClusterScanError(error)), from: cursor)
        }
    }

    /// Reads all nodes at once, as a sequence of keys.
    ///
    /// Convenient where a few hundred nanoseconds a key do not matter;
    /// ``batches(from:match:type:options:)`` is faster and tells cursors.
    ///
    /// - Parameters:
    ///   - cursor: Where to begin: ``ScanCursor/start`` or any cursor of the same query.
    ///   - pattern: Only keys that match this glob.
    ///   - type: Only keys that hold this type.
    ///   - options: How to go about it.
    /// - Returns: A sequence that can be iterated once, and throws what the batches throw.
    public func keys(
        from cursor: ScanCursor = .start,
        match pattern: GlobPattern? = nil,
        type: KeyType? = nil,
        options: ScanOptions = ScanOptions()
    ) -> ScanKeys {
        ScanKeys(batches: batches(from: cursor, match: pattern, type: type, options: options))
    }

    private func query(_ pattern: GlobPattern?, _ type: KeyType?) -> ScanQuery {
        ScanQuery(pattern: pattern, type: type, database: connection.database)
    }

    // MARK: Cluster

    /// Reads which nodes serve which slots, from the first node that answers.
    ///
    /// - Returns: The topology as that node sees it now.
    /// - Throws: ``ClusterScanError``.
    public func topology() async throws -> ClusterTopology {
        do throws(ScanFailure) {
            return try await client.topology(fresh: true)
        } catch {
            throw ClusterScanError(error).labelled(client.label)
        }
    }

    /// Reads how many keys each primary holds (`DBSIZE`).
    ///
    /// - Returns: Counts by primary. Expired keys that are not deleted yet count; nodes that do not answer
    ///   are left out.
    /// - Throws: ``ClusterScanError`` if no node tells the topology.
    public func keyCounts() async throws -> [ClusterNode: Int] {
        let client = client
        return try await withThrowingTaskGroup(of: (ClusterNode, Int)?.self) { group in
            for shard in try await topology().shards {
                group.addTask {
                    let reply = try? await client.send(Command("DBSIZE"), to: shard.primary.address)
                    return reply?.integer.map { (shard.primary, Self.keyCount($0)) }
                }
            }
            return try await group.reduce(into: [:]) { counts, entry in
                if let (node, count) = entry { counts[node] = count }
            }
        }
    }
}
