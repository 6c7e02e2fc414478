/// One key of a dump: what `RESTORE` needs to bring it back.
public struct DumpRecord: Hashable, Sendable {
    /// The name of the key, any bytes.
    public var key: [UInt8]
    /// When the key expires, in milliseconds since 1970; `nil` if it does not.
    public var expiry: Int64?
    /// The value as `DUMP` answers it: any type, with the server's own version and checksum at its end.
    public var payload: [UInt8]

    /// Makes a record.
    ///
    /// - Parameters:
    ///   - key: The name of the key.
    ///   - expiry: When the key expires, in milliseconds since 1970.
    ///   - payload: The reply to `DUMP`.
    public init(key: [UInt8], expiry: Int64? = nil, payload: [UInt8]) {
        self.key = key
        self.expiry = expiry
        self.payload = payload
    }
}
