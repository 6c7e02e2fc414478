/// A server's name and version, as `INFO server` tells them.
public struct ServerVersion: Hashable, Sendable, CustomStringConvertible {
    /// The software.
    public enum Product: String, Hashable, Sendable, CaseIterable {
        /// Redis, and forks that name themselves so.
        case redis
        /// Valkey.
        case valkey
        /// KeyDB, a fork of Redis 6 with several threads.
        case keyDB = "KeyDB"
        /// Dragonfly, which shares no code with Redis.
        case dragonfly = "Dragonfly"
        /// Garnet, which shares no code with Redis.
        case garnet = "Garnet"
        /// Apache Kvrocks, which keeps keys on disk.
        case kvrocks = "Kvrocks"
        /// Redict, a fork of Redis 7.2.
        case redict = "Redict"

        /// Whether it is neither Redis nor Valkey, though it speaks their protocol.
        public var isLookAlike: Bool { self != .redis && self != .valkey }
    }

    /// Which software it is.
    public let product: Product
    /// The major version, the 7 of 7.2.4.
    public let major: Int
    /// The minor version, the 2 of 7.2.4.
    public let minor: Int

    package init(_ product: Product, _ major: Int, _ minor: Int) {
        self.product = product
        self.major = major
        self.minor = minor
    }

    /// For example `redis 7.0`.
    public var description: String { "\(product.rawValue) \(major).\(minor)" }

    /// Whether a `SCAN` whose `MATCH` implies one slot walks that slot only. Source: `patternHashSlot` and
    /// per-slot dictionaries, Redis 7.4 and Valkey 8.0; not in 7.2.
    package var scansSingleSlots: Bool {
        switch product {
        case .redis: (major, minor) >= (7, 4)
        case .valkey: (major, minor) >= (8, 0)
        default: false
        }
    }

    /// Whether `HSCAN` knows `NOVALUES`: Redis 7.4, Valkey 8.0.
    package var scansHashesWithoutValues: Bool { scansSingleSlots }
}

extension ServerVersion {
    /// Finds software and version in the text of `INFO server`.
    ///
    /// - Parameter info: The server's answer; where it names no version, that is 0.0.
    public init(info: String) {
        self.init(InfoFields(info))
    }

    init(_ fields: InfoFields) {
        // All of them also name the version of Redis that they are compatible with.
        for (field, product) in Self.ownFields {
            guard let text = fields[field] else { continue }
            // Dragonfly writes df-v1.40.1.
            self = Self.parse(product, text.drop { !$0.isNumber }) ?? ServerVersion(product, 0, 0)
            return
        }
        // KeyDB names itself nowhere else.
        let isKeyDB = fields["executable"]?.contains("keydb") == true || fields["features"] == "cluster_mget"
        let redis = fields["redis_version"].flatMap { Self.parse(isKeyDB ? .keyDB : .redis, $0) }
        self = redis ?? ServerVersion(isKeyDB ? .keyDB : .redis, 0, 0)
    }

    private static let ownFields: [(Substring, Product)] = [
        ("valkey_version", .valkey), ("dragonfly_version", .dragonfly), ("garnet_version", .garnet),
        ("kvrocks_version", .kvrocks), ("redict_version", .redict),
    ]

    private static func parse(_ product: Product, _ text: Substring) -> ServerVersion? {
        let parts = text.split(separator: ".")
        guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1]) else { return nil }
        return ServerVersion(product, major, minor)
    }

    /// What the user of a server that is neither Redis nor Valkey has to know; `nil` of these two.
    package var caution: String? {
        guard product.isLookAlike else { return nil }
        return "\(description) answers there, not Redis or Valkey. It is read as if it were one of these; "
            + "whether its SCAN returns every key was never tried (Docs/Guarantee.md)"
    }
}
