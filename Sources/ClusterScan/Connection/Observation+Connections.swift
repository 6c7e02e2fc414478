import CoreMetrics
import Logging
import NIOCore

extension Observation {
    /// A connection was opened: its calls are counted from now on. Only on its event loop.
    func opened(_ connection: NodeConnection, in time: TimeAmount) {
        logger?.debug(
            "connection opened",
            metadata: [
                "cluster_scan_address": "\(connection.address)",
                "cluster_scan_duration": "\(Duration.nanoseconds(time.nanoseconds))",
            ]
        )
        guard let metrics else { return }
        metrics.connections(to: connection.address).connectDuration.recordNanoseconds(time.nanoseconds)
        connection.observe(CallRecorder(metrics, at: connection.address))
    }

    /// A connection could not be opened.
    func connectionFailed(_ error: ConnectionError) {
        metrics?.connections(to: error.address).failed.increment()
        logger?.debug(
            "connection failed",
            metadata: [
                "cluster_scan_address": "\(error.address)",
                "cluster_scan_reason": "\(ReportedFailure.withoutArguments(error.message))",
            ]
        )
    }
}
