import ScanCore

/// A key that matches a pattern is in a slot that the pattern implies.
enum PatternTarget {
    static func run(_ input: inout FuzzInput) throws(Finding) {
        let pattern = GlobPattern(bytes: input.bytes(Int(input.byte())))
        let implied = pattern.impliedSlots
        _ = implied.reason.description
        // A key of its own, and one that resembles the pattern.
        var keys = [input.all()]
        keys.append(pattern.bytes.filter { !"*?[]\\^".utf8.contains($0) })
        for key in keys where pattern.matches(key) {
            let slot = HashSlot(key: key)
            try promise(implied.slots.contains(slot), "\(pattern) matches a key of slot \(slot)")
            // Servers take `\` before a tag, and anything after it, to the letter.
            if let server = pattern.serverImpliedSlot {
                try promise(
                    server == slot,
                    "servers look for \(pattern) in slot \(server), a key is in \(slot)"
                )
            }
        }
        if let server = pattern.serverImpliedSlot, !implied.slots.isEmpty {
            try promise(implied.slots.contains(server), "servers look for \(pattern) in slot \(server)")
        }
    }
}
