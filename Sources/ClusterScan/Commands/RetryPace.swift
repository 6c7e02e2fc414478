/// The pauses between attempts at a command on a key.
struct RetryPace: Sendable {
    /// How long a key may stay out of reach.
    static let patience = Duration.seconds(60)

    private static let redirectionsWithoutPause = 3

    private var backoff: Backoff

    init(seed: UInt64 = .random(in: .min ... .max)) {
        backoff = Backoff(shortest: .milliseconds(50), longest: .seconds(2), seed: seed)
    }

    /// How long to wait before the next attempt.
    mutating func pause(afterAttempts attempts: Int) -> Duration {
        backoff.pause(afterFailures: attempts)
    }

    /// Whether a redirection is followed at once: the first are the cluster's normal way of answering, those
    /// that follow are nodes that disagree.
    static func followsAtOnce(afterAttempts attempts: Int) -> Bool {
        attempts <= redirectionsWithoutPause
    }
}
