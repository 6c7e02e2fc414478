import TestCluster
import Testing

/// Suites with real servers in other test targets run in the same process, at the same time unless told
/// otherwise. Each of those targets has this trait: what it shares, ``RealServers``, must not depend on the
/// testing library.
struct RealServersTurn: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await RealServers.takingTurns(function)
    }
}

extension Trait where Self == RealServersTurn {
    /// Waits until no other suite uses real servers.
    static var takesTurnWithRealServers: Self { RealServersTurn() }
}
