/// Reads one collection in pages: asks the process that serves its key, and goes after the key when its slot
/// moves or its primary fails over.
struct CollectionReader: Sendable {
    private var walk: Result<CollectionWalk, ClusterScanError>
    private let key: [UInt8]
    private let patience: Duration
    private let commands: CommandSender
    private var wasAnswered = false

    init(
        _ key: [UInt8],
        walk: Result<CollectionWalk, ClusterScanError>,
        patience: Duration = RetryPace.patience,
        commands: CommandSender
    ) {
        self.key = key
        self.walk = walk
        self.patience = patience
        self.commands = commands
    }

    /// The next page; `nil` after the last.
    mutating func nextPage() async throws -> MemberPage? {
        var walk = try walk.get()
        while !walk.isFinished {
            let asking = walk
            let answer = try await commands.ask(about: key, isFirst: !wasAnswered, patience: patience) {
                Command(asking.command(for: $0))
            }
            wasAnswered = true
            let page = try walk.take(answer.reply, from: answer.status, at: answer.address)
            self.walk = .success(walk)
            if let page { return page }
        }
        return nil
    }
}
