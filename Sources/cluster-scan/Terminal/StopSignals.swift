import Dispatch
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Turns the first SIGINT or SIGTERM into a request to stop; the second ends the process at once.
final class StopSignals: Sendable {
    private let first = Atomic<Int32>(0)

    /// The signal that asked to stop, if one did.
    var received: ExitStatus? {
        switch first.load(ordering: .acquiring) {
        case 0: nil
        case SIGTERM: .terminated
        default: .interrupted
        }
    }

    /// Calls `body`, and `stop` when the first signal comes while it runs.
    nonisolated(nonsending) func watch<Result>(
        stop: @escaping @Sendable () -> Void,
        while body: () async throws -> Result
    ) async rethrows -> Result {
        let sources = [SIGINT, SIGTERM].map { number in
            // Its default action would end the process before the source hears of it.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(
                signal: number,
                queue: .global(qos: .userInteractive)
            )
            source.setEventHandler { [self] in
                if first.compareExchange(expected: 0, desired: number, ordering: .acquiringAndReleasing)
                    .exchanged
                {
                    stop()
                } else {
                    _exit(128 + number)
                }
            }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        return try await body()
    }
}
