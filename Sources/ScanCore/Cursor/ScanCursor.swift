/// Where an iteration over a cluster stands: an opaque value that any process can resume from.
///
/// It holds, for every node being read, the node's index and the server's own cursor there, the identity of
/// the node and of its process, the slots that are done, and a digest of the query. Its text form is one
/// word of URL-safe characters. As everywhere in Redis, `0` starts an iteration, and an iteration that has
/// ended answers `0`.
///
/// ```swift
/// var cursor = ScanCursor.start
/// repeat {
///     let page = try await scanner.scan(cursor, match: "user:*")
///     handle(page.keys)
///     cursor = page.cursor
/// } while !cursor.isFinished
/// ```
public struct ScanCursor: Sendable {
    package enum State: Sendable {
        case start
        case inProgress(ScanProgress)
        case finished
    }

    package let state: State

    /// The cursor that starts an iteration.
    public static let start = ScanCursor(state: .start)

    /// The cursor of an iteration that has ended. Iterating from it reads nothing.
    public static let finished = ScanCursor(state: .finished)

    package init(state: State) {
        self.state = state
    }

    package init(_ progress: ScanProgress) {
        self.init(state: progress.isFinished ? .finished : .inProgress(progress))
    }

    /// Whether the iteration has not begun.
    public var isStart: Bool {
        if case .start = state { true } else { false }
    }

    /// Whether the iteration has ended: every wanted slot is covered.
    public var isFinished: Bool {
        if case .finished = state { true } else { false }
    }

    /// The progress to carry on from.
    ///
    /// - Throws: ``ScanCursorError/otherQuery`` if the cursor belongs to another query.
    package func progress(of query: ScanQuery) throws(ScanCursorError) -> ScanProgress {
        switch state {
        case .start:
            return ScanProgress(queryDigest: query.digest, wanted: query.slots)
        case .inProgress(let progress):
            guard progress.queryDigest == query.digest else { throw .otherQuery }
            return progress
        case .finished:
            var progress = ScanProgress(queryDigest: query.digest, wanted: query.slots)
            progress.covered = progress.wanted
            return progress
        }
    }
}

extension ScanCursor: CustomStringConvertible {
    /// The text form: `0` before the start and after the end, one URL-safe word in between.
    ///
    /// - Complexity: O(number of lanes); typically under 200 characters for three nodes.
    public var description: String {
        switch state {
        case .start, .finished: "0"
        case .inProgress(let progress): ScanToken.encode(progress)
        }
    }

    /// Reads the text form.
    ///
    /// - Parameter token: A cursor's ``description``. `0` and an empty text start an iteration.
    /// - Throws: ``ScanCursorError`` if the text is anything but an unaltered cursor.
    public init(_ token: String) throws(ScanCursorError) {
        guard token != "0", !token.isEmpty else {
            self = .start
            return
        }
        self.init(try ScanToken.decode(token))
    }
}

extension ScanCursor: Hashable {
    /// Whether two cursors stand at the same place of the same iteration.
    public static func == (lhs: ScanCursor, rhs: ScanCursor) -> Bool {
        lhs.isFinished == rhs.isFinished && lhs.description == rhs.description
    }

    /// Feeds the text form to the hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(isFinished)
        hasher.combine(description)
    }
}

extension ScanCursor: Codable {
    /// Reads the text form from a single string value.
    ///
    /// - Parameter decoder: Where to read.
    /// - Throws: ``ScanCursorError`` if the text is not a cursor, or what the decoder throws.
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the text form as a single string value.
    ///
    /// - Parameter encoder: Where to write.
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
