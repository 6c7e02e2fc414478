public import ScanCore

/// What a dump file says of itself at its beginning.
public struct DumpHeader: Hashable, Sendable {
    /// When the dump was begun, in milliseconds since 1970.
    public var created: Int64
    /// Which keys were asked for.
    public var query: ScanQuery
    /// What was read, for people: the servers' versions.
    public var source: String

    /// Describes a dump.
    ///
    /// - Parameters:
    ///   - created: When the dump was begun, in milliseconds since 1970.
    ///   - query: Which keys were asked for.
    ///   - source: What was read, for people.
    public init(created: Int64, query: ScanQuery = ScanQuery(), source: String = "") {
        self.created = created
        self.query = query
        self.source = source
    }

    private static let hasPattern: UInt8 = 1
    private static let hasType: UInt8 = 2

    var body: [UInt8] {
        var body = BlockBody()
        body.write(UInt64(bitPattern: created))
        body.write(UInt64(query.database))
        body.write(
            byte: (query.pattern == nil ? 0 : Self.hasPattern) | (query.type == nil ? 0 : Self.hasType)
        )
        body.write(string: query.pattern?.bytes ?? [])
        body.write(string: Array((query.type?.rawValue ?? "").utf8))
        body.write(string: Array(source.utf8))
        return body.bytes
    }

    init(body: ArraySlice<UInt8>) throws(BlockBody.Malformed) {
        var body = BlockBodyReader(body)
        created = Int64(bitPattern: try body.readNumber())
        let database = try body.readNumber()
        let flags = try body.readByte()
        let pattern = try body.readString()
        let type = try body.readString()
        source = String(decoding: try body.readString(), as: UTF8.self)
        guard body.isAtEnd, flags & ~(Self.hasPattern | Self.hasType) == 0, database <= UInt16.max else {
            throw BlockBody.Malformed()
        }
        query = ScanQuery(
            pattern: flags & Self.hasPattern != 0 ? GlobPattern(bytes: pattern) : nil,
            type: flags & Self.hasType != 0 ? KeyType(rawValue: String(decoding: type, as: UTF8.self)) : nil,
            database: Int(database)
        )
    }
}
