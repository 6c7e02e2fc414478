/// What is said of each metric in the file: `Docs/Observability.md` has the same list.
enum MetricDescription {
    static func help(_ name: String) -> String {
        texts[name] ?? name.replacing("_", with: " ")
    }

    private static let texts = [
        "cluster_scan_keys_total": "Keys that were read, of the slots wanted.",
        "cluster_scan_batches_total": "Pages and bursts of keys that were read.",
        "cluster_scan_calls_total": "Commands sent to servers, by what became of them.",
        "cluster_scan_call_duration_seconds": "Time from a write to the last reply to it.",
        "cluster_scan_lanes_total": "Passes over nodes that were begun.",
        "cluster_scan_lane_restarts_total": "Passes over nodes that had to be repeated.",
        "cluster_scan_retries_total": "Attempts that failed and were repeated.",
        "cluster_scan_topology_loads_total": "Times the topology was read.",
        "cluster_scan_slots_given_up_total": "Slots that were given up.",
        "cluster_scan_slots_remaining": "Slots that iterations under way have still to cover.",
        "cluster_scan_iterations_running": "Iterations under way.",
        "cluster_scan_iterations_total": "Iterations that ended, by how.",
        "cluster_scan_iteration_duration_seconds": "How long iterations took.",
        "cluster_scan_connections_open": "Connections that are open.",
        "cluster_scan_connections_opened_total": "Connections that were opened.",
        "cluster_scan_connections_failed_total": "Connections that could not be opened.",
        "cluster_scan_connect_duration_seconds": "Time to connect and authenticate.",
        "cluster_scan_received_bytes_total": "Bytes that servers sent.",
        "cluster_scan_info": "The version that ran.",
        "cluster_scan_start_timestamp_seconds": "When the run began.",
        "cluster_scan_run_duration_seconds": "How long the run has taken so far, or took.",
        "cluster_scan_running": "1 until the run has ended.",
        "cluster_scan_complete": "1 if the run has ended and everything asked for is done, else 0.",
        "cluster_scan_exit_status": "The exit status; absent until the run has ended.",
        "cluster_scan_last_success_timestamp_seconds": "When a run that writes this file was last complete.",
    ]

    /// The upper bounds of the buckets of a histogram, in seconds.
    static func bounds(of name: String) -> [Double] {
        name == "cluster_scan_iteration_duration_seconds"
            ? [1, 10, 60, 600, 3600, 6 * 3600, 24 * 3600]
            : [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    }
}
