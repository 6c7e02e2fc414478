import ClusterScan

/// Names for values under construction: in the slot of the key they will become, as `RENAME` needs it, and
/// distinct from application keys by their beginning.
package enum TemporaryKey {
    package static let prefix = "cluster-scan:copying:"

    /// A hash tag for each slot: numbers, found by trying once for all.
    private static let tags: [String] = {
        var tags = [String](repeating: "", count: HashSlot.count)
        var (missing, number) = (HashSlot.count, 0)
        while missing > 0 {
            let tag = String(number)
            let slot = Int(HashSlot(key: tag).rawValue)
            if tags[slot].isEmpty {
                tags[slot] = tag
                missing -= 1
            }
            number += 1
        }
        return tags
    }()

    /// A name that no other process uses, in the same slot as a key.
    ///
    /// - Complexity: O(1), but for the first call, which takes some tens of milliseconds.
    package static func name(besides key: [UInt8]) -> [UInt8] {
        let tag = tags[Int(HashSlot(key: key).rawValue)]
        return Array("\(prefix){\(tag)}:\(String(UInt64.random(in: 0...UInt64.max), radix: 16))".utf8)
    }
}
