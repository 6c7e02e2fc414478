/// Where the reading of one collection stands: an opaque value that any process can resume from.
///
/// It holds the key, its type, a digest of the pattern, the position, and for types that the server reads by
/// a cursor of its own the process that gave it. A set, hash or sorted set is read again from its beginning
/// where another process answers: members are then returned twice, never missed.
///
/// Its text form is one word of URL-safe characters. As everywhere in Redis, `0` starts an iteration, and an
/// iteration that has ended answers `0`.
public struct MemberCursor: Sendable, Hashable {
    /// What is true in the middle of an iteration.
    package struct Progress: Sendable, Hashable {
        package var key: [UInt8]
        package var patternDigest: UInt64
        package var type: CollectionType?
        /// The leading 64 bits of the run id of the process that gave the position.
        package var process: UInt64 = 0
        /// The server's cursor, the next index of a list, or the milliseconds of a stream's next id.
        package var position: UInt64 = 0
        /// The second part of a stream's next id.
        package var sequence: UInt64 = 0
        /// Members handed out so far.
        package var returned: UInt64 = 0

        package init(key: [UInt8], patternDigest: UInt64, type: CollectionType? = nil) {
            self.key = key
            self.patternDigest = patternDigest
            self.type = type
        }
    }

    enum State: Sendable, Hashable {
        case start
        case inProgress(Progress)
        case finished
    }

    let state: State

    /// The cursor that starts an iteration.
    public static let start = MemberCursor(state: .start)
    package static let finished = MemberCursor(state: .finished)

    private init(state: State) {
        self.state = state
    }

    package init(_ progress: Progress) {
        state = .inProgress(progress)
    }

    /// Whether the iteration has not begun.
    public var isStart: Bool { state == .start }

    /// Whether the iteration has ended.
    public var isFinished: Bool { state == .finished }

    /// Members handed out from the beginning to here; `nil` for the cursors that start and end an iteration.
    public var membersReturned: UInt64? {
        if case .inProgress(let progress) = state { progress.returned } else { nil }
    }
}

extension MemberCursor: CustomStringConvertible {
    /// No cursor of a whole cluster looks like this, so that one is never taken for the other.
    private static let prefix = "m."
    private static let version: UInt8 = 1
    /// A key longer than this cannot be carried: longer texts are refused unread.
    private static let mostCharacters = 1 << 20

    /// The text form: `0` before the start and after the end, one URL-safe word in between.
    ///
    /// - Complexity: O(length of the key).
    public var description: String {
        guard case .inProgress(let progress) = state, let type = progress.type else { return "0" }
        var writer = ByteWriter()
        writer.write(Self.version)
        writer.write(type.rawValue)
        writer.write(fixed: progress.patternDigest)
        writer.write(fixed: progress.process)
        writer.write(varint: progress.position)
        writer.write(varint: progress.sequence)
        writer.write(varint: progress.returned)
        writer.write(contentsOf: progress.key)
        writer.write(fixed: CRC32.checksum(of: writer.bytes))
        return Self.prefix + Base64.text(writer.bytes, as: .urlSafe)
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
        if token.utf8.count <= 20, DecimalDigits.areAll(in: token.utf8) { throw .plainServerCursor }
        guard token.hasPrefix(Self.prefix), token.utf8.count <= Self.mostCharacters,
            let bytes = Base64.decode(token.utf8.dropFirst(Self.prefix.utf8.count), as: .urlSafe),
            bytes.count > 5
        else { throw .malformed }
        let body = bytes.dropLast(4)
        var trailer = ByteReader(bytes.suffix(4), otherwise: ScanCursorError.malformed)
        guard try trailer.readFixed(UInt32.self) == CRC32.checksum(of: body) else { throw .malformed }
        var reader = ByteReader(body, otherwise: ScanCursorError.malformed)
        let version = try reader.readByte()
        guard version > 0 else { throw .malformed }
        guard version == Self.version else { throw .unknownVersion(version) }
        guard let type = CollectionType(rawValue: try reader.readByte()) else { throw .malformed }
        var progress = Progress(key: [], patternDigest: try reader.readFixed(UInt64.self), type: type)
        progress.process = try reader.readFixed(UInt64.self)
        progress.position = try reader.readVarint()
        progress.sequence = try reader.readVarint()
        progress.returned = try reader.readVarint()
        progress.key = reader.readRest()
        // Beyond this a list cannot reach, and arithmetic on positions stays far from its end.
        guard type != .list || progress.position < 1 << 62 else { throw .malformed }
        self.init(progress)
    }
}

/// The types that have members.
package enum CollectionType: UInt8, Sendable, Hashable, CaseIterable {
    case set = 1
    case hash = 2
    case sortedSet = 3
    case list = 4
    case stream = 5

    package init?(_ type: KeyType) {
        guard let known = CollectionType.allCases.first(where: { $0.keyType == type }) else { return nil }
        self = known
    }

    package var keyType: KeyType {
        switch self {
        case .set: .set
        case .hash: .hash
        case .sortedSet: .sortedSet
        case .list: .list
        case .stream: .stream
        }
    }
}
