/// What copying would find.
public struct CopyPreview: Hashable, Sendable {
    /// Keys that are there to be copied.
    public var keys: Int
    /// Those among them that exist at the destination.
    public var existing: Int
    /// Those among them that would be copied element by element, by their size.
    public var large: Int
    /// About how many bytes they take in the memory of the source.
    public var bytes: Int

    /// Counts.
    ///
    /// - Parameters:
    ///   - keys: Keys that are there to be copied.
    ///   - existing: Those that exist at the destination.
    ///   - large: Those that would be copied element by element.
    ///   - bytes: What they take in the memory of the source.
    public init(keys: Int = 0, existing: Int = 0, large: Int = 0, bytes: Int = 0) {
        self.keys = keys
        self.existing = existing
        self.large = large
        self.bytes = bytes
    }

    /// Adds what other keys would be.
    ///
    /// - Parameters:
    ///   - left: The sum.
    ///   - right: What is added.
    public static func += (left: inout CopyPreview, right: CopyPreview) {
        left.keys += right.keys
        left.existing += right.existing
        left.large += right.large
        left.bytes += right.bytes
    }
}
