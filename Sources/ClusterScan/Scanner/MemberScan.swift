/// The members of one collection, read in pages with `SSCAN`, `HSCAN` or `ZSCAN` from the owner of the
/// key's slot.
///
/// Follows the key when its slot moves. A cursor means something only to the process that gave it, so when
/// another process answers, the collection is read again from its beginning: members are then returned
/// twice, never missed.
struct MemberScan: Sendable {
    /// Which collection, and what of it.
    struct Request: Sendable {
        var verb: String
        var key: [UInt8]
        var pattern: GlobPattern?
        var count: Int
        /// Whether values are left out by the server, where it can.
        var withoutValues = false

        /// The command for a page.
        func command(cursor: UInt64, from version: ServerVersion) -> Command {
            var arguments = [Array(verb.utf8), key, Array(String(cursor).utf8)]
            if let pattern {
                arguments += [Array("MATCH".utf8), pattern.bytes]
            }
            arguments += [Array("COUNT".utf8), Array(String(count).utf8)]
            if withoutValues, version.scansHashesWithoutValues {
                arguments.append(Array("NOVALUES".utf8))
            }
            return Command(arguments)
        }

        /// Reads a page: where it ends, and members, or members and values by turns.
        func page(
            _ reply: RESPValue,
            from version: ServerVersion,
            at address: NodeAddress?
        ) throws(ClusterScanError) -> (next: UInt64, elements: [RESPValue]) {
            guard let fields = reply.array, fields.count == 2,
                let next = fields[0].string.flatMap({ UInt64($0) }), let elements = fields[1].array
            else {
                throw ClusterScanError(
                    .protocolViolation,
                    "\(verb) answered with something other than a page",
                    at: address
                )
            }
            guard withoutValues, !version.scansHashesWithoutValues else { return (next, elements) }
            guard elements.count.isMultiple(of: 2) else {
                throw ClusterScanError(
                    .protocolViolation,
                    "\(verb) answered with a field that has no value",
                    at: address
                )
            }
            return (next, stride(from: 0, to: elements.count, by: 2).map { elements[$0] })
        }
    }

    private let request: Request
    private var follower: KeyFollower
    private var cursor: UInt64 = 0
    /// The process that gave the cursor.
    private var process: RunID?
    private var cycle = CursorCycle(from: 0)
    private var isFinished = false

    init(_ request: Request, pages: PageReader) {
        self.request = request
        follower = KeyFollower(request.key, pages: pages)
    }

    /// The next page: members, or members and values by turns. `nil` after the last.
    mutating func nextPage() async throws -> [RESPValue]? {
        guard !isFinished else { return nil }
        let (request, cursor, process) = (request, cursor, process)
        let (reply, status) = try await follower.ask { status in
            // Of another process the cursor means nothing: the collection is read again from its beginning.
            request.command(cursor: status.runID == process ? cursor : 0, from: status.version)
        }
        let page = try request.page(reply, from: status.version, at: follower.address)
        if status.runID != process { cycle = CursorCycle(from: 0) }
        guard !cycle.closes(with: page.next) else {
            throw ClusterScanError(.protocolViolation, CursorCycle.message, at: follower.address)
        }
        self.cursor = page.next
        self.process = status.runID
        isFinished = page.next == 0
        return page.elements
    }
}
