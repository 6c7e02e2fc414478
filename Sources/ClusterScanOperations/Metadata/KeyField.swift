/// What there is to know of a key besides its name.
public enum KeyField: String, CaseIterable, Hashable, Sendable {
    /// The type of its value (`TYPE`).
    case type
    /// How long it will still live (`PTTL`).
    case ttl
    /// The bytes it takes in the server's memory, an estimate for large collections (`MEMORY USAGE`).
    case memory
    /// How the server keeps its value (`OBJECT ENCODING`).
    case encoding
    /// How long it has not been used (`OBJECT IDLETIME`). Servers whose policy is LFU do not know it.
    case idle
    /// How often it is used, on a logarithmic scale up to 255 (`OBJECT FREQ`). Only servers whose policy is
    /// LFU know it.
    case freq
    /// The bytes of a string, the elements of a collection, the entries of a stream (`STRLEN`, `LLEN`,
    /// `SCARD`, `HLEN`, `ZCARD`, `XLEN`, `VCARD`).
    case length
    /// Its hash slot, which is computed here.
    case slot
    /// The node whose batch named it, which is known.
    case node
    /// The number of its database, which is known.
    case database = "db"

    /// The command that answers, where one command does for keys of all types. None of these counts as a use
    /// of the key (`LOOKUP_NOTOUCH` in the servers' source).
    var command: String? {
        switch self {
        case .type: "TYPE"
        case .ttl: "PTTL"
        case .memory: "MEMORY USAGE"
        case .encoding: "OBJECT ENCODING"
        case .idle: "OBJECT IDLETIME"
        case .freq: "OBJECT FREQ"
        case .length, .slot, .node, .database: nil
        }
    }
}
