/// How much a dump holds.
public struct DumpCounts: Hashable, Sendable {
    /// Records: keys, of which a few may be there twice.
    public package(set) var records: UInt64 = 0
    /// The bytes of all names.
    public package(set) var keyBytes: UInt64 = 0
    /// The bytes of all payloads.
    public package(set) var payloadBytes: UInt64 = 0

    package init() {}

    mutating func add(_ record: DumpRecord) {
        records += 1
        keyBytes += UInt64(record.key.count)
        payloadBytes += UInt64(record.payload.count)
    }

    func write(to body: inout BlockBody) {
        body.write(records)
        body.write(keyBytes)
        body.write(payloadBytes)
    }

    init(from body: inout BlockBodyReader) throws(BlockBody.Malformed) {
        records = try body.readNumber()
        keyBytes = try body.readNumber()
        payloadBytes = try body.readNumber()
    }
}
