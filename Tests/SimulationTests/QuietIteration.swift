import DequeModule
import ScanCore

/// An iteration over a quiet cluster with the real coordinator, and what it asked for.
struct QuietIteration {
    private(set) var topologyLoads = 0
    private(set) var statusQuestions = 0
    /// Questions to nodes that are heard before others are credited.
    private(set) var hearings = 0
    private(set) var pages = 0
    private(set) var report: ScanReport?
    private(set) var error: ClusterScanError?
    /// How often each key was returned, by the number of the key.
    private(set) var returned = [Int](repeating: 0, count: QuietCluster.keyCount)
    /// Looks at cursors now and then: lanes, and characters of the text.
    private(set) var cursors: [(lanes: Int, characters: Int)] = []
    /// The last cursor that was handed out.
    private(set) var cursor = ScanCursor.start

    static let keysPerPage = 16

    private let cluster: QuietCluster
    private let everyPages: Int
    private var coordinator: ScanCoordinator
    private var actions: Deque<ScanAction> = []

    /// - Parameters:
    ///   - cluster: What to read.
    ///   - strategy: How to read it.
    ///   - maximumLanes: How many nodes are read at once.
    ///   - cursor: Where to carry on.
    ///   - everyPages: How many pages lie between two looks at the cursor.
    /// - Throws: ``ScanCursorError`` if the cursor is of another query.
    init(
        over cluster: QuietCluster,
        strategy: ScanStrategy,
        maximumLanes: Int? = nil,
        from cursor: ScanCursor = .start,
        everyPages: Int = 100
    ) throws {
        self.cluster = cluster
        self.everyPages = everyPages
        let query = ScanQuery()
        coordinator = ScanCoordinator(
            progress: try cursor.progress(of: query),
            query: query,
            policy: ScanPolicy(
                maximumLanes: maximumLanes,
                strategy: strategy,
                count: Self.keysPerPage,
                seed: 1
            )
        )
        coordinator.start(now: .zero)
    }

    /// Reads to the end, or until so many pages were read.
    mutating func run(pages most: Int = .max) {
        while report == nil, error == nil, pages < most {
            actions.append(contentsOf: coordinator.takeActions())
            guard let action = actions.popFirst() else { return }
            answer(action)
        }
    }

    private mutating func answer(_ action: ScanAction) {
        switch action {
        case .loadTopology:
            topologyLoads += 1
            coordinator.topologyLoaded(cluster.topology, now: .zero)
        case .readStatus(let lane, let node, let statusRequest, _):
            if coordinator.isHearing(lane) { hearings += 1 } else { statusQuestions += 1 }
            if let status = cluster.status(of: node) {
                coordinator.statusRead(lane, statusRequest: statusRequest, status, now: .zero)
            }
        case .readPage(let lane, let node, let cursor, let count):
            let page = cluster.scan(node, cursor, count: count)
            hand(coordinator.pageRead(lane, next: page.next, keys: page.keys, now: .zero))
        case .readSlots(let lane, let node, let reads):
            let snapshots = reads.snapshots.map { cluster.snapshot(node, $0) }
            let readings = SlotBurstReply(
                keys: KeyBatch(snapshots.flatMap { $0.map(\.bytes) }),
                lengths: snapshots.map(\.count),
                counts: reads.counts.map { cluster.size(node, $0) }
            )
            hand(coordinator.slotsRead(lane, readings, now: .zero))
        case .readWork, .wake, .report: break
        case .finish(let report): self.report = report
        case .fail(let error): self.error = error
        }
    }

    private mutating func hand(_ batch: ScanBatch?) {
        pages += 1
        guard let batch else { return }
        for key in batch.keys {
            if let number = QuietCluster.universe.byName[key.bytes] { returned[number] += 1 }
        }
        cursor = batch.cursor
        if pages % everyPages == 0, let lanes = cursor.inspection?.lanes.count {
            cursors.append((lanes, cursor.description.utf8.count))
        }
    }
}
