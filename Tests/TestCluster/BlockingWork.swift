import Foundation

/// Runs blocking work on a thread of its own, so that the threads of the cooperative pool (two on a small
/// machine) stay free for the code under test.
package func onOwnThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(with: Result { try work() })
        }
    }
}
