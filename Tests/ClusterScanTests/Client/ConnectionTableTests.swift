import ClusterScan
import Testing

@Suite("Which connections there are")
struct ConnectionTableTests {
    private typealias Table = ConnectionTable<Int, String>
    private static let node = NodeAddress(host: "a", port: 1)
    private let reading = Table.Place(node, .reading)
    private let commands = Table.Place(node, .commands)

    /// What the table decides, in a word; connections with a number below 100 are open.
    private func claim(_ table: inout Table, _ place: Table.Place, isKept: Bool = true) -> String {
        switch table.claim(place, isKept: isKept, isOpen: { $0 < 100 }) {
        case .take(let connection): "take \(connection)"
        case .wait(let opening): "wait for \(opening)"
        case .open: "open"
        case .refuse: "refuse"
        }
    }

    // Expectations take no calls that change a value.
    private func opened(_ table: inout Table, _ connection: Int, at place: Table.Place) -> Bool {
        table.opened(connection, at: place)
    }

    private func streamEnded(_ table: inout Table) -> [Int] { table.streamEnded() }

    @Test("a node has one connection for each use, also while it is being opened")
    func onePerUse() {
        var table = Table()
        #expect(claim(&table, reading) == "open")
        table.opening("first", at: reading)
        #expect(claim(&table, reading) == "wait for first")
        #expect(claim(&table, commands) == "open")
        #expect(opened(&table, 1, at: reading))
        #expect(claim(&table, reading) == "take 1")
        #expect(table.connection(at: reading) == 1 && table.connection(at: commands) == nil)
    }

    @Test("a connection that has closed is replaced")
    func closed() {
        var table = Table()
        table.opening("first", at: reading)
        _ = claim(&table, reading)
        #expect(opened(&table, 100, at: reading))
        #expect(claim(&table, reading) == "open")
    }

    @Test("an address that cannot be connected to counts as silent until it can")
    func silent() {
        var table = Table()
        #expect(claim(&table, reading) == "open")
        table.opening("first", at: reading)
        table.failed(at: reading)
        #expect(table.silent == [Self.node])
        #expect(claim(&table, reading) == "open")
        #expect(opened(&table, 1, at: reading))
        #expect(table.silent.isEmpty)
    }

    @Test("what streams opened closes with the last of them, unless another call uses it")
    func streams() {
        var table = Table()
        let other = Table.Place(NodeAddress(host: "b", port: 2), .reading)
        table.streamBegan()
        table.streamBegan()
        for (place, connection) in [(reading, 1), (other, 2)] {
            #expect(claim(&table, place, isKept: false) == "open")
            table.opening("", at: place)
            #expect(opened(&table, connection, at: place))
        }
        #expect(claim(&table, other, isKept: true) == "take 2")
        #expect(streamEnded(&table) == [])
        #expect(streamEnded(&table) == [1])
        #expect(table.connection(at: reading) == nil && table.connection(at: other) == 2)
    }

    @Test("what is removed is handed over to be closed, and opened anew when it is wanted")
    func removed() {
        var table = Table()
        for (place, connection) in [(reading, 1), (commands, 2)] {
            #expect(claim(&table, place) == "open")
            table.opening("", at: place)
            #expect(opened(&table, connection, at: place))
        }
        let strangers = table.remove { place, connection in place == reading && connection == 1 }
        #expect(strangers == [1])
        #expect(claim(&table, reading) == "open")
        #expect(claim(&table, commands) == "take 2")
    }

    @Test("a connection that opens after its stream has ended is not wanted")
    func late() {
        var table = Table()
        table.streamBegan()
        _ = claim(&table, reading, isKept: false)
        table.opening("slow", at: reading)
        #expect(streamEnded(&table) == [])
        #expect(!opened(&table, 1, at: reading))
        #expect(table.connection(at: reading) == nil)
    }

    @Test("a closed table hands out nothing and takes nothing in")
    func shutDown() {
        var table = Table()
        _ = claim(&table, reading)
        #expect(opened(&table, 1, at: reading))
        _ = claim(&table, commands)
        table.opening("slow", at: commands)
        let closed = table.close()
        #expect(closed == [1])
        #expect(claim(&table, reading) == "refuse")
        #expect(!opened(&table, 2, at: commands))
    }
}
