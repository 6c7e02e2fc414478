/// The machine's room for real servers: one suite at a time, from whatever test target it is. Tests of the
/// promise are about seconds, and several clusters on a small machine would only wait for one another.
package actor RealServers {
    private static let shared = RealServers()

    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Runs `body` when nobody else's is running.
    package static func takingTurns(_ body: @Sendable () async throws -> Void) async throws {
        await shared.take()
        do {
            try await body()
        } catch {
            await shared.release()
            throw error
        }
        await shared.release()
    }

    private func take() async {
        if isTaken {
            await withCheckedContinuation { waiting.append($0) }
        }
        isTaken = true
    }

    private func release() {
        if waiting.isEmpty {
            isTaken = false
        } else {
            waiting.removeFirst().resume()
        }
    }
}
