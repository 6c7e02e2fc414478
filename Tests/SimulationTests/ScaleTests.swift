import ScanCore
import Testing

@Suite("Large clusters, in simulation")
struct ScaleTests {
    private static let nodeCounts = [3, 100, 1000]

    private static func cluster(nodes: Int, for strategy: ScanStrategy) throws -> QuietCluster {
        try QuietCluster(nodes: nodes, flavour: strategy == .scan ? .wholeNode : .perSlot)
    }

    @Test(
        "every key is returned once, and nothing but what each lane needs grows with the number of nodes",
        arguments: nodeCounts,
        [ScanStrategy.scan, .slots]
    )
    func wholeIteration(nodes: Int, strategy: ScanStrategy) throws {
        var iteration = try QuietIteration(
            over: Self.cluster(nodes: nodes, for: strategy),
            strategy: strategy
        )
        iteration.run()
        let report = try #require(iteration.report)
        #expect(report.isComplete && report.restarts == 0 && report.lanes == nodes)
        #expect(iteration.returned.allSatisfy { $0 == 1 })

        #expect(iteration.topologyLoads == 1, "nothing gave reason to look again")
        // Before the first page and after the last; snapshots are credited in portions.
        let questions = strategy == .scan ? 2 : 2 + HashSlot.count / nodes / 1024
        #expect(iteration.statusQuestions <= nodes * questions)
        // Full pages, but for the last of each lane; snapshots begin by asking for sizes, and a burst may
        // have room left that is too small for the next slot.
        let fullPages = QuietCluster.keyCount / QuietIteration.keysPerPage
        let mostPages = strategy == .scan ? fullPages + nodes : fullPages * 3 / 2 + 2 * nodes
        #expect(iteration.pages <= mostPages, "\(iteration.pages) pages")
        #expect(!iteration.cursors.isEmpty)
        for (lanes, characters) in iteration.cursors {
            #expect(characters <= 50 + 45 * lanes, "\(characters) characters for \(lanes) lanes")
        }
    }

    @Test("where few nodes are read at once, the cursor stays short however many there are")
    func fewLanes() throws {
        let cluster = try Self.cluster(nodes: 1000, for: .slots)
        var iteration = try QuietIteration(over: cluster, strategy: .slots, maximumLanes: 10)
        iteration.run()
        #expect(try #require(iteration.report).isComplete)
        #expect(iteration.returned.allSatisfy { $0 == 1 })
        #expect(iteration.topologyLoads == 1)
        #expect(iteration.statusQuestions == 2000)
        for (lanes, characters) in iteration.cursors {
            #expect(lanes <= 10 && characters <= 500, "\(characters) characters for \(lanes) lanes")
        }
    }

    @Test("with a thousand nodes under way, the text of a cursor carries an iteration on")
    func resumption() throws {
        let cluster = try Self.cluster(nodes: 1000, for: .scan)
        var first = try QuietIteration(over: cluster, strategy: .scan)
        first.run(pages: 1500)
        #expect(first.report == nil)
        let cursor = try ScanCursor(first.cursor.description)
        #expect(cursor.inspection?.lanes.count ?? 0 > 500)

        var second = try QuietIteration(over: cluster, strategy: .scan, from: cursor)
        second.run()
        #expect(try #require(second.report).isComplete)
        #expect(zip(first.returned, second.returned).allSatisfy { $0 + $1 == 1 })
        #expect(second.topologyLoads == 1)
        // A lane that has begun is asked who it is and is credited, as is one that begins.
        #expect(second.statusQuestions <= 2000)
    }
}
