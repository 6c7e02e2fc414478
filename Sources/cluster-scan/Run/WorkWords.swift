/// What a kind of work calls things.
package struct WorkWords: Sendable {
    /// As in "1,000 keys deleted".
    package var done: String
    /// As in "3 keys already gone".
    package var missing: String
    /// As in "7 keys left as they were".
    package var unchanged: String

    package init(done: String, missing: String = "already gone", unchanged: String = "left as they were") {
        self.done = done
        self.missing = missing
        self.unchanged = unchanged
    }

    /// The same for what was only looked at.
    package var inDryRun: WorkWords {
        WorkWords(done: "to be \(done)", missing: missing, unchanged: unchanged)
    }
}
