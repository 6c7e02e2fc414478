import ClusterScan

/// How a lookup lies in the cluster. In each of them, all of one lookup is in one slot.
public enum LookupLayout: String, CaseIterable, Sendable {
    /// One hash under the name of the lookup: its fields are the values, what they hold are the keys.
    /// `HGET lookup:username alice` answers `user:17`.
    case hash
    /// A string for each value, which holds the key. `GET {lookup:username}:alice` answers `user:17`.
    case keys
    /// A set for each value, with all the keys that have it. `SMEMBERS {lookup:username}:alice` answers
    /// `user:17`, `user:99`.
    case sets
}

/// The place of a lookup, and the commands on it.
///
/// The names of its keys begin with the lookup's name as a hash tag, unless that has a hash tag of its own:
/// `{lookup:username}:alice`, but `{users}:by-name:alice`.
public struct Lookup: Hashable, Sendable {
    /// The name of the lookup.
    public let name: [UInt8]
    /// How it lies in the cluster.
    public let layout: LookupLayout
    /// What the names of its keys begin with, where there is one for each value.
    let prefix: [UInt8]

    /// Names a lookup; `nil` if the name does not keep it in one slot.
    ///
    /// - Parameters:
    ///   - name: Its name, any bytes; not empty, and without a `}` at its beginning, which would not make a
    ///     hash tag.
    ///   - layout: How it lies in the cluster.
    public init?(_ name: some Sequence<UInt8>, layout: LookupLayout) {
        self.name = Array(name)
        self.layout = layout
        guard let first = self.name.first else { return nil }
        let hasTag = self.name.withUnsafeBytes { HashTag.range(in: $0) } != nil
        guard layout == .hash || hasTag || first != UInt8(ascii: "}") else { return nil }
        prefix = (hasTag ? self.name : Array("{".utf8) + self.name + Array("}".utf8)) + Array(":".utf8)
    }

    /// The key under which a value is found.
    ///
    /// - Parameter value: A value of the indexed field.
    /// - Returns: The name of a key: the same for all values with ``LookupLayout/hash``.
    public func key(of value: [UInt8]) -> [UInt8] { layout == .hash ? name : prefix + value }

    /// Whether a key is part of the lookup itself.
    func contains(_ key: UnsafeRawBufferPointer) -> Bool {
        layout == .hash ? key.elementsEqual(name) : key.starts(with: prefix)
    }

    /// The glob that all keys of the lookup match, where there is one for each value.
    var pattern: GlobPattern {
        let special = Set("*?[]\\".utf8)
        return GlobPattern(
            bytes: prefix.flatMap { special.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] } + [
                UInt8(ascii: "*")
            ]
        )
    }

    // MARK: Commands on one entry

    func reading(_ value: [UInt8]) -> KeyCommand {
        layout == .hash
            ? KeyCommand("HGET", key: name, [value], isRepeatable: true)
            : KeyCommand("GET", key: key(of: value), isRepeatable: true)
    }

    /// Makes an entry where there is none. A second run of it changes nothing, but answers otherwise.
    func adding(_ value: [UInt8], _ key: [UInt8]) -> KeyCommand {
        switch layout {
        case .hash: KeyCommand("HSETNX", key: name, [value, key], isRepeatable: true)
        case .keys: KeyCommand("SETNX", key: self.key(of: value), [key], isRepeatable: true)
        case .sets: KeyCommand("SADD", key: self.key(of: value), [key], isRepeatable: true)
        }
    }

    func replacing(_ value: [UInt8], _ key: [UInt8]) -> KeyCommand {
        layout == .hash
            ? KeyCommand("HSET", key: name, [value, key], isRepeatable: true)
            : KeyCommand("SET", key: self.key(of: value), [key], isRepeatable: true)
    }

    func removing(_ value: [UInt8], _ key: [UInt8]) -> KeyCommand {
        switch layout {
        case .hash: KeyCommand("HDEL", key: name, [value], isRepeatable: true)
        case .keys: KeyCommand("UNLINK", key: self.key(of: value), isRepeatable: true)
        case .sets: KeyCommand("SREM", key: self.key(of: value), [key], isRepeatable: true)
        }
    }
}
