extension GlobPattern {
    /// Whether the pattern is a run of `*` and so matches every key.
    package var matchesEverything: Bool {
        !bytes.isEmpty && bytes.allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
