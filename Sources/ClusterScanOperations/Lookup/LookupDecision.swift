/// What becomes of one entry of a lookup that names one key for each value.
package struct LookupDecision: Hashable, Sendable {
    package enum Step: Hashable, Sendable {
        case keep
        case add
        case replace
    }

    /// The key that the entry is to name: of all that have the value, the one whose bytes come first. The
    /// order in which keys are found plays no part, so running it again changes nothing.
    package let winner: [UInt8]
    /// What has to be done to the entry.
    package let step: Step
    /// The other keys that have the value.
    package let others: [[UInt8]]

    /// Decides; `nil` if no key claims the value.
    ///
    /// - Parameters:
    ///   - claimants: Keys that have the value; at least one.
    ///   - entry: The key that the entry names, if there is an entry.
    ///   - entryIsTrue: Whether that key still has the value.
    package init?(claimants: [[UInt8]], entry: [UInt8]?, entryIsTrue: Bool) {
        var keys = Set(claimants)
        if let entry, entryIsTrue { keys.insert(entry) }
        guard let winner = keys.min(by: { $0.lexicographicallyPrecedes($1) }) else { return nil }
        self.winner = winner
        step = entry == nil ? .add : entry == winner ? .keep : .replace
        others = keys.filter { $0 != winner }.sorted { $0.lexicographicallyPrecedes($1) }
    }
}
