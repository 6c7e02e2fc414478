import ClusterScan

/// Names for values under construction: in the slot of the key they will become, as `RENAME` needs it, and
/// distinct from application keys by their beginning.
package enum TemporaryKey {
    package static let prefix = "cluster-scan:copying:"

    /// A name that no other process uses, in the same slot as a key.
    ///
    /// - Complexity: O(*n*) in the number of slots: that many tags are tried on average, in about a
    ///   millisecond, which matters little to a value that is copied piece by piece.
    package static func name(besides key: [UInt8]) -> [UInt8] {
        let slot = HashSlot(key: key)
        var number = 0
        while HashSlot(key: String(number)) != slot { number += 1 }
        return Array("\(prefix){\(number)}:\(String(UInt64.random(in: 0...UInt64.max), radix: 16))".utf8)
    }
}
