import ClusterScan
import Synchronization
import Testing

@Suite("Calls under way")
struct CallRegisterTests {
    @Test("when no call is taken any more, streams end and other calls finish; at the end all of them end")
    func ends() throws {
        let stopped = Mutex<[UInt64]>([])
        let note: @Sendable (UInt64) -> Void = { number in stopped.withLock { $0.append(number) } }
        var calls = CallRegister()
        let pageNumber = calls.begin(endsAtOnce: false, stop: note)
        let page = try #require(pageNumber)
        let streamNumber = calls.begin(endsAtOnce: true, stop: note)
        let stream = try #require(streamNumber)
        let endedNumber = calls.begin(endsAtOnce: true, stop: note)
        let ended = try #require(endedNumber)
        calls.end(ended)
        for stop in calls.close(atOnce: false) { stop() }
        #expect(stopped.withLock { $0 } == [stream])
        #expect(calls.isClosed && !calls.isEmpty)
        #expect(calls.begin(endsAtOnce: false, stop: note) == nil)
        calls.end(stream)
        for stop in calls.close(atOnce: true) { stop() }
        #expect(stopped.withLock { $0 } == [stream, page])
        calls.end(page)
        #expect(calls.isEmpty)
    }
}
