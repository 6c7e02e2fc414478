/// How much is under way to one node: bounded in commands, in bytes on their way there, and in bytes that are
/// likely to come back, which the server holds until they are read.
struct PipelineWindow: Sendable {
    private static let largestRequest = 4 << 20
    private static let largestResponse = 4 << 20
    /// What a reply is thought to take before there was one, in bytes: enough for the first burst not to be
    /// large, whatever comes back.
    private static let firstGuess = 16 << 10

    private let maximumCommands: Int
    /// How many commands are under way.
    private(set) var commands = 0
    /// How many may be, as long as one of those under way is to have so little company.
    private var company = Int.max
    private var bytes = 0
    /// The average reply of late, in bytes.
    private var replyBytes = PipelineWindow.firstGuess

    init(maximumCommands: Int) {
        self.maximumCommands = maximumCommands
    }

    /// How many commands may follow now. None until half of those under way are answered, so that commands
    /// travel in few large writes.
    var room: Int {
        guard bytes <= PipelineWindow.largestRequest / 2 else { return 0 }
        let likely = PipelineWindow.largestResponse / max(1, replyBytes)
        let limit = max(1, min(maximumCommands, company, likely))
        return commands <= limit / 2 ? limit - commands : 0
    }

    /// Whether nothing is under way.
    var isEmpty: Bool { commands == 0 }

    /// Whether the request may grow by another command, however large that is.
    var acceptsMoreBytes: Bool { bytes < PipelineWindow.largestRequest }

    /// - Parameters:
    ///   - byteCount: What the command takes.
    ///   - company: How many commands may be under way together with it, itself included.
    mutating func sent(_ byteCount: Int, company: Int = .max) {
        commands += 1
        bytes += byteCount
        self.company = min(self.company, company)
    }

    mutating func answered(_ byteCount: Int, replyBytes size: Int) {
        retracted(byteCount)
        // A large reply counts at once, small ones bring the average down within some tens.
        replyBytes = size > replyBytes ? size : replyBytes - (replyBytes - size) / 8
    }

    mutating func retracted(_ byteCount: Int) {
        commands -= 1
        bytes -= byteCount
        if commands == 0 { company = .max }
    }

    /// A reply was too large to be read: the next command goes alone.
    mutating func overflowed() {
        replyBytes = PipelineWindow.largestResponse
    }
}
