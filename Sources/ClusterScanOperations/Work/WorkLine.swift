import ClusterScan
import DequeModule
import Synchronization

/// The chunks whose work is under way, in the order in which their keys were found.
///
/// The cursor of a chunk counts only once all before it are done: then it stands for nothing that is not.
struct WorkLine {
    private struct Flight {
        let task: Task<WorkTally, any Error>
        let isDone: DoneMark
        /// The cursor of the last batch that ends in this chunk.
        let cursor: ScanCursor?
    }

    private final class DoneMark: Sendable {
        private let mark = Atomic<Bool>(false)

        var isSet: Bool { mark.load(ordering: .acquiring) }

        func set() { mark.store(true, ordering: .releasing) }
    }

    private let allowsUnreachable: Bool
    private var flights: Deque<Flight> = []
    private(set) var progress: WorkProgress
    /// The first failure; behind it no cursor counts.
    private(set) var failure: (any Error)?

    init(from cursor: ScanCursor, allowsUnreachable: Bool) {
        progress = WorkProgress(cursor: cursor)
        self.allowsUnreachable = allowsUnreachable
    }

    var count: Int { flights.count }

    /// Whether the chunk that went first is done.
    var isFirstDone: Bool { flights.first?.isDone.isSet ?? false }

    /// Begins the work on a chunk. It is not cancelled with the task that calls: half a chunk of commands
    /// would be written without a task that takes the replies.
    mutating func begin(
        _ chunk: WorkChunk,
        cursor: ScanCursor?,
        step: @escaping @Sendable (WorkChunk) async throws -> WorkTally
    ) {
        let isDone = DoneMark()
        let task = Task {
            defer { isDone.set() }
            return try await step(chunk)
        }
        flights.append(Flight(task: task, isDone: isDone, cursor: cursor))
    }

    /// Batches without keys have passed.
    mutating func skip(to cursor: ScanCursor) {
        if flights.isEmpty {
            if failure == nil { progress.cursor = cursor }
        } else {
            let last = flights.removeLast()
            flights.append(Flight(task: last.task, isDone: last.isDone, cursor: cursor))
        }
    }

    /// Waits for the chunk that went first.
    mutating func settleFirst() async {
        guard let flight = flights.popFirst() else { return }
        switch await flight.task.result {
        case .success(let tally):
            progress.tally.merge(tally)
            if let refusal = WorkLine.failure(in: tally, allowsUnreachable: allowsUnreachable) {
                failure = failure ?? refusal
            }
            if failure == nil, let cursor = flight.cursor { progress.cursor = cursor }
        case .failure(let error):
            failure = failure ?? error
        }
    }

    /// Why there is no use in going on, if there is none.
    private static func failure(in tally: WorkTally, allowsUnreachable: Bool) -> ClusterScanError? {
        if var error = tally.unreachableError, !allowsUnreachable || error.code == .writesRefused {
            let trouble = error.code == .writesRefused ? "were refused" : "could not be reached"
            error.message = "\(tally.unreachable.count) keys \(trouble): \(error.message)"
            error.cursor = nil
            return error
        }
        // A key that a user may not touch says nothing about the next one; a command does.
        for group in tally.refused.values {
            if let error = group.serverError, error.refusesCommand { return ClusterScanError(refusal: error) }
        }
        return nil
    }
}
