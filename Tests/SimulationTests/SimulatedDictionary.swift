/// A hash table as servers have it: chained buckets, sizes that are powers of two, a hash seeded per
/// process, and growing and shrinking bucket by bucket while two tables exist side by side. Source:
/// `dict.c` of Redis 7.
struct SimulatedDictionary {
    private let seed: UInt64
    private var tables: [[[Int]]]
    /// The next bucket to move from the first table to the second, while there are two.
    private var rehashIndex = 0
    private(set) var count = 0

    private static let smallest = 4

    init(seed: UInt64) {
        self.seed = seed
        tables = [Array(repeating: [], count: Self.smallest)]
    }

    private func hash(_ key: Int) -> UInt64 {
        var z = UInt64(key) &* 0x9E37_79B9_7F4A_7C15 ^ seed
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    private func bucket(of key: Int, in table: Int) -> Int {
        Int(hash(key) & UInt64(tables[table].count - 1))
    }

    func contains(_ key: Int) -> Bool {
        tables.indices.contains { tables[$0][bucket(of: key, in: $0)].contains(key) }
    }

    var keys: [Int] { tables.flatMap { $0.flatMap { $0 } } }

    func visit(_ visitor: (Int) -> Void) {
        for table in tables { for bucket in table { for key in bucket { visitor(key) } } }
    }

    mutating func insert(_ key: Int) {
        guard !contains(key) else { return }
        let table = tables.count - 1
        tables[table][bucket(of: key, in: table)].append(key)
        count += 1
        if tables.count == 1, count > tables[0].count { resize(to: tables[0].count * 2) }
    }

    mutating func remove(_ key: Int) {
        for table in tables.indices {
            let bucket = bucket(of: key, in: table)
            guard let place = tables[table][bucket].firstIndex(of: key) else { continue }
            tables[table][bucket].remove(at: place)
            count -= 1
        }
        if tables.count == 1, tables[0].count > Self.smallest, count * 4 < tables[0].count {
            resize(to: tables[0].count / 2)
        }
    }

    private mutating func resize(to size: Int) {
        tables.append(Array(repeating: [], count: size))
        rehashIndex = 0
    }

    /// Moves one bucket, as every access to the table does on a server.
    mutating func rehashStep() {
        guard tables.count == 2 else { return }
        let moved = tables[0][rehashIndex]
        tables[0][rehashIndex] = []
        for key in moved { tables[1][bucket(of: key, in: 1)].append(key) }
        rehashIndex += 1
        if rehashIndex == tables[0].count { tables.removeFirst() }
    }

    /// `dictScan`: visits the buckets that belong to a cursor in all tables, and gives the next cursor.
    func scan(_ cursor: UInt64, _ visit: (Int) -> Void) -> UInt64 {
        var v = cursor
        guard tables.count == 2 else {
            let mask = UInt64(tables[0].count - 1)
            tables[0][Int(v & mask)].forEach(visit)
            return Self.successor(of: v, mask: mask)
        }
        let (small, large) = tables[0].count <= tables[1].count ? (0, 1) : (1, 0)
        let smallMask = UInt64(tables[small].count - 1)
        let largeMask = UInt64(tables[large].count - 1)
        tables[small][Int(v & smallMask)].forEach(visit)
        repeat {
            tables[large][Int(v & largeMask)].forEach(visit)
            v = Self.successor(of: v, mask: largeMask)
        } while v & (smallMask ^ largeMask) != 0
        return v
    }

    /// Counts up from the highest bit of the mask down: reverse binary iteration.
    private static func successor(of cursor: UInt64, mask: UInt64) -> UInt64 {
        reversed(reversed(cursor | ~mask) &+ 1)
    }

    private static func reversed(_ value: UInt64) -> UInt64 {
        var v = value
        v = (v >> 1) & 0x5555_5555_5555_5555 | (v & 0x5555_5555_5555_5555) << 1
        v = (v >> 2) & 0x3333_3333_3333_3333 | (v & 0x3333_3333_3333_3333) << 2
        v = (v >> 4) & 0x0F0F_0F0F_0F0F_0F0F | (v & 0x0F0F_0F0F_0F0F_0F0F) << 4
        return v.byteSwapped
    }
}
