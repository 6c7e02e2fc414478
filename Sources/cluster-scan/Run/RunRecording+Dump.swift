import ClusterScan

extension RunRecording {
    /// Where one can go on from after a dump, and what is missing.
    func note(_ ending: DumpEnding) {
        guard !ending.cause.isIterationComplete else { return }
        let open = ending.cursor.inspection.map { $0.wanted.subtracting($0.covered) }
        if case .finished(let report) = ending.cause {
            note(cursor: ending.cursor, uncovered: report.uncovered)
        } else {
            note(cursor: ending.cursor, uncovered: open ?? SlotSet())
        }
    }
}
