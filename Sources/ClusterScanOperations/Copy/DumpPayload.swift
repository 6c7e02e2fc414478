import ClusterScan

/// What `DUMP` answers: the value, then the version of the format (2 bytes) and a checksum (8 bytes).
enum DumpPayload {
    /// The part that depends on the value alone. Equal values may still differ here: in how they are encoded,
    /// and in the order of a hash or set.
    static func value(of payload: [UInt8]) -> ArraySlice<UInt8> { payload.dropLast(10) }
}
