public import ClusterScan

/// How keys are copied.
public struct CopyOptions: Sendable {
    /// Whether keys that exist at the destination are replaced. Otherwise they are left alone and counted.
    public var replacesExisting: Bool
    /// How names are changed on the way; `nil` to keep them.
    public var rename: PrefixRename?
    /// The largest value, in bytes, that is moved in one piece (`DUMP`, `RESTORE`): servers do nothing else
    /// meanwhile. Larger ones are copied element by element.
    public var maximumPieceBytes: Int
    /// How much of values is held in memory at once, in bytes, for each call that copies keys.
    public var maximumBytesInMemory: Int
    /// Patience and bounds for the commands on both sides.
    public var commands: CommandOptions

    /// Chooses how to copy.
    ///
    /// - Parameters:
    ///   - replacesExisting: Whether keys that exist at the destination are replaced.
    ///   - rename: How names are changed on the way.
    ///   - maximumPieceBytes: The largest value that is moved in one piece, in bytes.
    ///   - maximumBytesInMemory: How much of values is held in memory at once, in bytes.
    ///   - commands: Patience and bounds for the commands.
    public init(
        replacesExisting: Bool = false,
        rename: PrefixRename? = nil,
        maximumPieceBytes: Int = 64 << 20,
        maximumBytesInMemory: Int = 16 << 20,
        commands: CommandOptions = CommandOptions()
    ) {
        self.replacesExisting = replacesExisting
        self.rename = rename
        self.maximumPieceBytes = max(1, maximumPieceBytes)
        self.maximumBytesInMemory = max(1, maximumBytesInMemory)
        self.commands = commands
    }
}
