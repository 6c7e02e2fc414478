/// The answer to ``SlotReads``: the keys of all snapshots in one batch, one slot after the other.
package struct SlotReadings: Sendable {
    package var keys: KeyBatch
    /// How many of the keys each snapshot has.
    package var lengths: [Int]
    /// The sizes that were asked for.
    package var counts: [Int]

    package init(keys: KeyBatch, lengths: [Int], counts: [Int]) {
        self.keys = keys
        self.lengths = lengths
        self.counts = counts
    }
}
