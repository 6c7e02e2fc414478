/// A server's name and version, as `INFO server` tells them.
public struct ServerVersion: Hashable, Sendable, CustomStringConvertible {
    /// The software.
    public enum Product: String, Hashable, Sendable {
        /// Redis, and forks that name themselves so.
        case redis
        /// Valkey.
        case valkey
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

    /// Finds the version in the answer to `INFO server`; `nil` if it names none. Valkey also names the Redis
    /// version that it is compatible with.
    package init?(information text: String) {
        var found: ServerVersion?
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            switch parts[0] {
            case "valkey_version": found = ServerVersion(.valkey, parts[1]) ?? found
            case "redis_version" where found?.product != .valkey:
                found = ServerVersion(.redis, parts[1]) ?? found
            default: break
            }
        }
        guard let found else { return nil }
        self = found
    }

    private init?(_ product: Product, _ text: Substring) {
        let parts = text.split(separator: ".")
        guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1]) else { return nil }
        self.init(product, major, minor)
    }

    /// For example `redis 7.0`.
    public var description: String { "\(product.rawValue) \(major).\(minor)" }

    /// Whether a `SCAN` whose `MATCH` implies one slot walks that slot only. Source: `patternHashSlot` and
    /// per-slot dictionaries, Redis 7.4 and Valkey 8.0; not in 7.2.
    package var scansSingleSlots: Bool {
        switch product {
        case .redis: (major, minor) >= (7, 4)
        case .valkey: (major, minor) >= (8, 0)
        }
    }

    /// Whether `HSCAN` knows `NOVALUES`: Redis 7.4, Valkey 8.0.
    package var scansHashesWithoutValues: Bool { scansSingleSlots }
}
