public import ScanCore

/// A place in a dump file from which an interrupted dump can be carried on.
public struct DumpMark: Hashable, Sendable {
    /// Stands for exactly the records before the mark.
    public let cursor: ScanCursor
    /// How much stands before the mark.
    public let counts: DumpCounts
    /// Keys that were found and could not be read.
    public let leftOut: UInt64
    /// The length of the file up to the end of the mark, in bytes.
    public let offset: UInt64
    /// The checksum that the next block continues.
    let chain: UInt32
}
