public import ClusterScan

/// Gives keys that begin with one prefix the same name with another one: `old:42` becomes `new:42`.
public struct PrefixRename: Hashable, Sendable {
    /// What names begin with that are changed.
    public let old: [UInt8]
    /// What they begin with afterwards.
    public let new: [UInt8]

    /// Chooses the prefixes.
    ///
    /// - Parameters:
    ///   - old: What names begin with that are changed; any bytes.
    ///   - new: What they begin with afterwards; any bytes, also none.
    public init(from old: some Sequence<UInt8>, to new: some Sequence<UInt8>) {
        self.old = Array(old)
        self.new = Array(new)
    }

    /// The name that a key gets. Names that do not begin with the old prefix stay.
    ///
    /// - Parameter name: The name of a key.
    /// - Returns: Its new name.
    public func renamed(_ name: [UInt8]) -> [UInt8] {
        name.starts(with: old) ? new + name.dropFirst(old.count) : name
    }

    /// Says why two keys of a selection could get the same name, or `nil` if no two can.
    ///
    /// Names that begin with the old prefix never collide with each other. Others keep their name, so what
    /// must be ruled out is that such a name begins with the new prefix: it does if it begins with the old
    /// one as well, or if the glob's fixed beginning says so.
    ///
    /// - Parameter pattern: The glob that selects the keys; `nil` for every key.
    /// - Returns: A sentence that names two such keys.
    public func collision(among pattern: GlobPattern?) -> String? {
        let fixed = pattern?.literalPrefix ?? []
        guard !fixed.starts(with: old), !new.starts(with: old), old != new,
            fixed.starts(with: new) || new.starts(with: fixed)
        else { return nil }
        let (old, new) = (PrintableBytes.text(old), PrintableBytes.text(new))
        return """
            a key '\(old)x' would become '\(new)x', which can be the name of another key that is selected: \
            only select names that begin with '\(old)'
            """
    }

    /// Says why keys cannot be copied under new names within one cluster, or `nil` if they can.
    ///
    /// - Parameter pattern: The glob that selects the keys; `nil` for every key.
    /// - Returns: A sentence.
    package func obstacle(withinOneClusterAmong pattern: GlobPattern?) -> String? {
        if new.starts(with: old) {
            return """
                within one cluster the copies would be copied again and again, as the new prefix begins \
                with the old one
                """
        }
        guard pattern?.literalPrefix.starts(with: old) == true else {
            return """
                within one cluster, names that do not begin with '\(PrintableBytes.text(old))' would be \
                copied onto themselves: only select names that do
                """
        }
        return nil
    }
}

extension GlobPattern {
    /// What every name that matches begins with, as far as it can be read off the beginning of the glob.
    package var literalPrefix: [UInt8] {
        var prefix: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["):
                return prefix
            case UInt8(ascii: "\\"):
                // At the very end it stands for itself.
                prefix.append(rest.popFirst() ?? byte)
            default:
                prefix.append(byte)
            }
        }
        return prefix
    }
}
