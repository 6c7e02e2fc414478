/// Writes sample keys into a cluster or a standalone server, each to the owner of its slot, in bursts to all
/// owners at once. Any error reply, also a MOVED, ends it.
package struct SampleKeyLoader: Sendable {
    private let host: String
    private let port: Int
    private let password: String?
    private let sockets: [Int: String]

    /// `host` and `port` are those of any node; it is asked for the owners. Nodes that have one are reached
    /// through their Unix sockets, by port.
    package init(host: String, port: Int, password: String? = nil, sockets: [Int: String] = [:]) {
        self.host = host
        self.sockets = sockets
        self.port = port
        self.password = password
    }

    /// Blocks until the owners have confirmed every key.
    package func load(_ keys: SampleKeys) throws {
        let owners = try Owners(seed: self)
        for key in keys {
            let owner = owners.of(key.name)
            owner.enqueue(key)
            try owner.flush(above: 60_000)
        }
        for owner in owners.all {
            try owner.finish()
        }
    }

    fileprivate func connect(host: String, port: Int) throws -> RespConnection {
        if let path = sockets[port] { return try RespConnection(socket: path, password: password) }
        return try RespConnection(host: host, port: port, password: password)
    }

    private struct Owners {
        private(set) var all: [Burst] = []
        private var bySlot = [Int](repeating: -1, count: KeySlot.count)

        init(seed: SampleKeyLoader) throws {
            let connection = try seed.connect(host: seed.host, port: seed.port)
            let reply = try connection.call("CLUSTER", "SLOTS")
            guard let ranges = reply.array else {
                if case .error(let message) = reply, message.contains("cluster support disabled") {
                    all = [Burst(connection)]
                    bySlot = [Int](repeating: 0, count: KeySlot.count)
                    return
                }
                throw TestClusterError("\(seed.host):\(seed.port): CLUSTER SLOTS: \(reply)")
            }
            var indexOfAddress: [String: Int] = [:]
            for range in ranges.compactMap(\.array) {
                guard range.count > 2, let first = range[0].integer, let last = range[1].integer,
                    let owner = range[2].array, owner.count > 1, let port = owner[1].integer
                else {
                    throw TestClusterError("\(seed.host):\(seed.port): CLUSTER SLOTS: \(reply)")
                }
                // No host means the one that was asked.
                let host = owner[0].text.flatMap { $0.isEmpty ? nil : $0 } ?? seed.host
                let address = "\(host):\(port)"
                if indexOfAddress[address] == nil {
                    indexOfAddress[address] = all.count
                    all.append(Burst(try seed.connect(host: host, port: port)))
                }
                for slot in first...last {
                    bySlot[slot] = indexOfAddress[address] ?? -1
                }
            }
            guard !bySlot.contains(-1) else {
                throw TestClusterError("\(seed.host):\(seed.port): some slots have no owner")
            }
        }

        func of(_ key: [UInt8]) -> Burst {
            all[bySlot[KeySlot.of(key)]]
        }
    }
}

/// Commands for one owner. One burst is under way while the next is put together, so that client and servers
/// work at the same time.
private final class Burst {
    private let connection: RespConnection
    private var bytes: [UInt8] = []
    private var enqueued = 0
    private var unconfirmed = 0

    init(_ connection: RespConnection) {
        self.connection = connection
        bytes.reserveCapacity(65_536)
    }

    func enqueue(_ key: SampleKeys.Key) {
        let template = Template.of(key)
        bytes += template.head
        bytes +=
            key.name.count < Template.lengths.count
            ? Template.lengths[key.name.count] : Array("$\(key.name.count)\r\n".utf8)
        bytes += key.name
        bytes += template.tail
        enqueued += 1
    }

    func flush(above limit: Int) throws {
        guard bytes.count > limit else { return }
        try connection.receiveAcknowledgements(unconfirmed)
        try connection.send(bytes)
        unconfirmed = enqueued
        enqueued = 0
        bytes.removeAll(keepingCapacity: true)
    }

    func finish() throws {
        try flush(above: 0)
        try connection.receiveAcknowledgements(unconfirmed)
        unconfirmed = 0
    }
}

/// A writing command around the key's name. Values are small: tests are about keys.
private struct Template {
    let head: [UInt8]
    let tail: [UInt8]

    init(_ command: String, _ arguments: String...) {
        head = Array("*\(arguments.count + 2)\r\n".utf8) + RespConnection.encoded(argument: command)
        tail = [0x0d, 0x0a] + arguments.flatMap { RespConnection.encoded(argument: $0) }
    }

    static func of(_ key: SampleKeys.Key) -> Template {
        switch key.type {
        case .string: key.expires ? expiringString : string
        case .list: list
        case .set: set
        case .zset: zset
        case .hash: hash
        case .stream: stream
        }
    }

    private static let string = Template("SET", "a small value")
    private static let expiringString = Template("SET", "a small value", "EX", "86400")
    private static let list = Template("RPUSH", "first", "second")
    private static let set = Template("SADD", "red", "green")
    private static let zset = Template("ZADD", "1.5", "ada", "2.5", "grace")
    private static let hash = Template("HSET", "name", "Ada", "plan", "free")
    private static let stream = Template("XADD", "*", "event", "created")

    static let lengths: [[UInt8]] = (0..<256).map { Array("$\($0)\r\n".utf8) }
}
