package import ClusterScan

/// Which slots a key or a pattern belongs to, and why.
package struct SlotAnswer {
    package enum Kind: String {
        case key
        case pattern
    }

    package let kind: Kind
    package let slots: SlotSet
    package let reason: String
    private let name: String

    /// - Parameters:
    ///   - bytes: The key or the pattern.
    ///   - kind: Which of the two; `nil` to tell by whether there is a special character.
    package init(_ bytes: [UInt8], as kind: Kind?) {
        let isPattern = bytes.contains { "*?[\\".utf8.contains($0) }
        self.kind = kind ?? (isPattern ? .pattern : .key)
        name = GlobPattern(bytes: bytes).description
        switch self.kind {
        case .key:
            let slot = HashSlot(key: bytes)
            slots = SlotSet(slot...slot)
            let tag = bytes.withUnsafeBytes { bytes in HashTag.range(in: bytes).map { Array(bytes[$0]) } }
            reason =
                tag.map { "the hash tag {\(GlobPattern(bytes: $0))} is hashed" }
                ?? "there is no hash tag, so the whole name is hashed"
        case .pattern:
            let implied = GlobPattern(bytes: bytes).impliedSlots
            slots = implied.slots
            reason = implied.reason.description
        }
    }

    /// The shards that serve any of the slots, and which.
    private func owners(_ shards: [ClusterTopology.Shard]) -> [(node: ClusterNode, slots: SlotSet)] {
        var owners: [(node: ClusterNode, slots: SlotSet)] = []
        for shard in shards {
            let share = shard.slots.intersection(slots)
            if !share.isEmpty { owners.append((shard.primary, share)) }
        }
        func first(_ slots: SlotSet) -> UInt16 { slots.first { _ in true }?.rawValue ?? .max }
        return owners.sorted { first($0.slots) < first($1.slots) }
    }

    package func text(shards: [ClusterTopology.Shard]?) -> String {
        var lines = ["\(kind.rawValue.padded(to: 11))\(name)"]
        if slots.count == 1 {
            lines.append("slot       \(slots)")
        } else {
            lines.append("slots      \(SlotText.counted(slots))")
        }
        lines.append("why        \(reason)")
        if let shards {
            let owners = owners(shards)
            for (position, owner) in owners.enumerated() {
                let share = slots.count > 1 ? ": \(SlotText.counted(owner.slots))" : ""
                lines.append("\((position == 0 ? "served by" : "").padded(to: 11))\(owner.node)\(share)")
            }
            let unserved = owners.reduce(slots) { $0.subtracting($1.slots) }
            if !unserved.isEmpty { lines.append("NOT SERVED by any node: \(SlotText.counted(unserved))") }
            lines.append("asked      \(owners.count) of \(shards.count) primaries")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    package func json(shards: [ClusterTopology.Shard]?) -> JSONText {
        var members: [(name: String, value: JSONText)] = [
            (kind.rawValue, .string(name)),
            ("slot_count", .number(slots.count)),
            ("slots", .string(slots.description)),
            ("reason", .string(reason)),
        ]
        if let shards {
            members.append(
                (
                    "owners",
                    .array(
                        owners(shards).map { owner in
                            .object([
                                ("id", .string(owner.node.id.description)),
                                ("address", .string(owner.node.address.description)),
                                ("slots", .string(owner.slots.description)),
                            ])
                        }
                    )
                )
            )
        }
        return .object(members)
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
