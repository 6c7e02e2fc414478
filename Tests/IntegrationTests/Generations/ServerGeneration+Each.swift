import TestCluster
import Testing

extension ServerGeneration {
    /// Runs a test on every generation, three at a time: for tests that mostly wait, as for an election. As
    /// arguments they would come one after the other.
    ///
    /// - Parameter test: What is done with each; an error that it throws is recorded, with its generation.
    static func each(_ test: @escaping @Sendable (ServerGeneration) async throws -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            for (index, generation) in available.enumerated() {
                if index >= 3 { await group.next() }
                group.addTask {
                    do {
                        try await test(generation)
                    } catch {
                        Issue.record(error, "\(generation)")
                    }
                }
            }
        }
    }
}
