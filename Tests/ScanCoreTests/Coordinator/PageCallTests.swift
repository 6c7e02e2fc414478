import ScanCore
import Testing

@Suite("One call for a page")
struct PageCallTests {
    private typealias Script = CoordinatorScript
    private static let keys = [Array("{a}1".utf8), Array("{a}2".utf8)]

    /// A node that serves every slot, and reads by `SCAN`.
    private func coordinator() throws -> ScanCoordinator {
        ScanCoordinator(
            progress: ScanProgress(queryDigest: ScanQuery().digest, wanted: .all),
            topology: try Script.topology(a: "0-16383", b: ""),
            policy: ScanPolicy(maximumLanes: 1, strategy: .scan)
        )
    }

    /// Does what the call wants, with pages of two keys and these cursors; returns what was done.
    private func run(_ call: inout PageCall, cursors: [UInt64]) throws -> [String] {
        var cursors = cursors[...]
        var done: [String] = []
        while let action = call.nextAction() {
            switch action {
            case .readStatus(let lane, _, let inquiry, _):
                done.append("status")
                let status = NodeStatus(nodeID: Script.a.id, runID: Script.run("1"), configEpoch: 1)
                call.coordinator.statusRead(lane, statusRequest: inquiry, status, now: .zero)
            case .readPage(let lane, _, let cursor, _):
                done.append("page \(cursor)")
                let popped = cursors.popFirst()
                let next = try #require(popped)
                let batch = KeyBatch(Self.keys)
                let page = call.coordinator.pageRead(lane, next: next, keys: batch, now: .zero)
                call.take(page, ofSlots: false)
            case .report: break
            default: done.append("\(action)")
            }
        }
        return done
    }

    @Test("the call ends with its first page, and the next one goes on without asking again")
    func goesOn() throws {
        var call = PageCall(try coordinator())
        let first = try run(&call, cursors: [7])
        #expect(first == ["status", "page 0"])
        #expect(call.batch?.keys.count == 2)
        let progress = call.coordinator.progress
        var next = try #require(call.next(from: progress))
        #expect(next.batch == nil)
        let second = try run(&next, cursors: [0])
        #expect(second == ["page 7", "status"])
        #expect(next.batch?.keys.count == 2)
        #expect(next.coordinator.progress.isFinished)
        #expect(next.next(from: next.coordinator.progress) == nil, "the end stays the end")
    }

    @Test("the last page is there only when its slots are credited")
    func settles() throws {
        var call = PageCall(try coordinator())
        let done = try run(&call, cursors: [0])
        #expect(done == ["status", "page 0", "status"])
        #expect(call.coordinator.progress.isFinished)
    }

    @Test("a cursor of another place, or of slots in trouble, is carried on from the cursor alone")
    func elsewhere() throws {
        let fresh = try coordinator()
        var call = PageCall(fresh)
        _ = try run(&call, cursors: [7])
        #expect(call.next(from: fresh.progress) == nil)
        let progress = call.coordinator.progress
        var troubled = call
        var next = try #require(call.next(from: progress))
        guard case .readPage(let lane, _, _, _)? = next.nextAction() else {
            Issue.record("the page is asked for first")
            return
        }
        let failure = ScanFailure(.rediscover, .unreachable, "gone", at: Script.a.address)
        troubled.coordinator.laneFailed(lane, failure, now: .zero)
        #expect(troubled.next(from: troubled.coordinator.progress) == nil)
    }

    @Test("a burst that only learned sizes is no page, and an empty page of SCAN is one")
    func emptiness() throws {
        let batch = ScanBatch(keys: KeyBatch([]), cursor: .start, node: Script.a)
        var call = PageCall(try coordinator())
        call.take(nil, ofSlots: true)
        call.take(batch, ofSlots: true)
        #expect(call.batch == nil)
        call.take(batch, ofSlots: false)
        #expect(call.batch != nil)
    }
}
