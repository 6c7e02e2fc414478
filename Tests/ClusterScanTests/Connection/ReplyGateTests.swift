import ClusterScan
import Testing

@Suite("Memory shared by connections")
struct ReplyGateTests {
    /// Stands for a connection.
    private final class Party {
        var isLetOn = false
        var isWanted = true
        var id: ObjectIdentifier { ObjectIdentifier(self) }
    }

    private let small = ReplyGate.freeBytes
    private let large = ReplyGate.freeBytes * 10

    private func admits(_ gate: ReplyGate, _ party: Party, _ bytes: Int) -> Bool {
        gate.admits(party.id, holding: bytes) {
            party.isWanted
        } resume: {
            party.isLetOn = true
        }
    }

    @Test("small replies pass, whatever else is under way")
    func passing() {
        let gate = ReplyGate(sharedBytes: 0)
        let parties = (0..<1000).map { _ in Party() }
        #expect(admits(gate, parties[0], large))
        for party in parties.dropFirst() { #expect(admits(gate, party, small)) }
    }

    @Test("beyond the shared bytes only the first goes on, and the next when it is done")
    func order() {
        let gate = ReplyGate(sharedBytes: large * 2)
        let (first, second, third) = (Party(), Party(), Party())
        #expect(admits(gate, first, large))
        #expect(admits(gate, second, large))
        #expect(!admits(gate, third, large))
        #expect(!admits(gate, second, large + 1))
        #expect(admits(gate, first, large * 100), "some reply is always completed")
        #expect(!second.isLetOn && !third.isLetOn)
        #expect(admits(gate, first, 0))
        #expect(second.isLetOn && !third.isLetOn)
        #expect(admits(gate, second, large * 100))
        gate.leave(second.id)
        #expect(third.isLetOn)
    }

    @Test("a connection that closes while it waits is forgotten")
    func closed() {
        let gate = ReplyGate(sharedBytes: 0)
        let (first, second, third) = (Party(), Party(), Party())
        #expect(admits(gate, first, large))
        #expect(!admits(gate, second, large))
        #expect(!admits(gate, third, large))
        gate.leave(second.id)
        gate.leave(second.id)
        #expect(!third.isLetOn)
        gate.leave(first.id)
        #expect(!second.isLetOn && third.isLetOn)
    }

    @Test("while the consumer has enough nobody goes on with a large reply")
    func backpressure() {
        let gate = ReplyGate(sharedBytes: large * 10)
        let (first, second) = (Party(), Party())
        first.isWanted = false
        #expect(!admits(gate, first, large))
        #expect(admits(gate, second, small))
        first.isWanted = true
        gate.reconsider()
        #expect(first.isLetOn)
    }

    @Test("a reply that its consumer does not want yet keeps no other one from going on")
    func unwanted() {
        let gate = ReplyGate(sharedBytes: 0)
        let (first, second) = (Party(), Party())
        first.isWanted = false
        #expect(!admits(gate, first, large))
        #expect(admits(gate, second, large))
        first.isWanted = true
        gate.reconsider()
        #expect(first.isLetOn)
        #expect(!admits(gate, second, large), "the first is the one that goes on beyond the bound")
    }
}
