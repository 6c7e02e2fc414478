import Synchronization

/// Which streams of a scanner are under way, so that they end with it.
final class ScannerLife: Sendable {
    private struct State {
        var isShutDown = false
        var runs: [ObjectIdentifier: ScanRun] = [:]
    }

    private let state = Mutex(State())

    /// A stream begins. It is let go with ``ended(_:)``.
    ///
    /// - Throws: If the scanner was shut down.
    func began(_ run: ScanRun) throws(ClusterScanError) {
        let isShutDown = state.withLock { state in
            if !state.isShutDown { state.runs[ObjectIdentifier(run)] = run }
            return state.isShutDown
        }
        if isShutDown { throw .scannerWasShutDown }
    }

    func ended(_ run: ScanRun) {
        state.withLock { _ = $0.runs.removeValue(forKey: ObjectIdentifier(run)) }
    }

    /// Lets no stream begin any more.
    ///
    /// - Returns: Those under way.
    func shutDown() -> [ScanRun] {
        state.withLock { state in
            state.isShutDown = true
            return Array(state.runs.values)
        }
    }
}

extension ClusterScanError {
    static var scannerWasShutDown: ClusterScanError {
        ClusterScanError(.shutDown, "the scanner was shut down: go on from the cursor with another one")
    }
}
