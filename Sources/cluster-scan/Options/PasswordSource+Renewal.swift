import ClusterScan
import Dispatch

extension PasswordSource {
    /// Fetches the password again when a server refuses the one in use: tokens live for minutes, and files
    /// are written anew.
    ///
    /// - Returns: `nil` where it stays as it was given.
    func provider(for username: String?) -> (@Sendable () async throws -> Credentials)? {
        guard isRenewable else { return nil }
        return {
            // A command may take seconds: on a thread that nothing else waits for.
            let password = try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global().async { continuation.resume(with: Result { try self.fetch() }) }
            }
            return Credentials(username: username, password: password)
        }
    }
}
