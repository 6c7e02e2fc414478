public import ServiceLifecycle

extension ClusterScanner: Service {
    /// Waits until the service is to stop, and stops: for a `ServiceGroup`, beside the services that use the
    /// scanner. The scanner serves calls whether it runs as a service or not.
    ///
    /// ```swift
    /// let group = ServiceGroup(
    ///     services: [scanner, server], gracefulShutdownSignals: [.sigterm], logger: logger
    /// )
    /// try await group.run()
    /// ```
    ///
    /// On graceful shutdown no call is taken any more: each fails with ``ClusterScanError/Code/shutDown``.
    /// Streams end with that error before their next batch, with the cursor to go on from, and never look
    /// complete. Pages and commands under way are finished. Then all connections are closed. When the task is
    /// cancelled, nothing is waited for, as with ``shutDown()``.
    public func run() async throws {
        do {
            try await gracefulShutdown()
            await withTaskCancellationHandler {
                await finish()
            } onCancel: {
                Task { await self.shutDown() }
            }
        } catch {
            // Cancelled: there is no time to finish anything.
        }
        await shutDown()
    }
}
