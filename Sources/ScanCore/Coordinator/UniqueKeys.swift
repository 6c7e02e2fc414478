/// Remembers which keys were returned, so that none is returned twice. Exact: whole names are kept, not
/// hashes of them.
///
/// An iteration may return a key twice where a server rehashes, where a slot is read again or at both ends of
/// its migration. But never once its slot is covered: only slots that are not covered are claimed, a slot has
/// one claim at most, a batch holds keys of claimed slots alone (rules R1 and R2 of `Docs/Guarantee.md`), and
/// what is covered stays so. So the names of a slot are forgotten as soon as a cursor says that it is
/// covered: what is held are the names of nodes that are being read, and
/// ``ScanOptions/maximumConcurrentNodes`` bounds these.
///
/// A name takes its length and about 24 bytes: `Docs/Dumps.md` has measurements.
public struct UniqueKeys: Sendable {
    private var slots = [SlotNames](repeating: SlotNames(), count: HashSlot.count)
    private var covered = SlotSet()

    /// The number of names that are held.
    public private(set) var count = 0

    /// Begins with no names.
    public init() {}

    /// Notes a name; names of slots that are covered are not held.
    ///
    /// - Parameter name: The bytes of the name.
    /// - Returns: Whether the name is new.
    /// - Complexity: O(*n*) in the length of the name, on average.
    public mutating func insert(_ name: UnsafeRawBufferPointer) -> Bool {
        let slot = SlotHasher.shared.slot(of: name)
        guard !covered.contains(slot) else { return true }
        guard slots[Int(slot.rawValue)].insert(name) else { return false }
        count += 1
        return true
    }

    /// Notes the keys of a batch, and forgets those that cannot come again.
    ///
    /// - Parameter batch: The next batch of the iteration, in order.
    /// - Returns: The keys that are new.
    /// - Complexity: O(*n*) in the number of keys.
    public mutating func firstSeen(in batch: ScanBatch) -> KeyBatch {
        var keys = batch.keys
        // One batch may name a key twice, too.
        keys.filter { insert($0) }
        forget(coveredBy: batch.cursor)
        return keys
    }

    /// Forgets the keys of slots that a cursor says are covered.
    ///
    /// - Parameter cursor: The cursor that goes with the last key that was noted.
    public mutating func forget(coveredBy cursor: ScanCursor) {
        let now: SlotSet
        switch cursor.state {
        case .start: return
        case .inProgress(let progress): now = progress.covered
        case .finished: now = .all
        }
        guard now != covered else { return }
        for slot in now.subtracting(covered) {
            count -= slots[Int(slot.rawValue)].count
            slots[Int(slot.rawValue)] = SlotNames()
        }
        covered = now
    }
}

/// The names of one slot: one after another in one array, found through a table of their places.
///
/// One table for each slot, because slots are forgotten one by one, and because small ones stay in the cache.
private struct SlotNames: Sendable {
    /// Lengths and names. A length is one byte, or 255 and then four bytes.
    private var bytes: [UInt8] = []
    /// Places in `bytes`, plus 1; 0 where there is none. A power of two, at most five eighths in use.
    private var table: [UInt32] = []
    private(set) var count = 0

    private static let longName = 255

    mutating func insert(_ name: UnsafeRawBufferPointer) -> Bool {
        if (count + 1) * 8 > table.count * 5 { grow() }
        let free: Int
        switch find(name) {
        case .found: return false
        case .free(let place): free = place
        }
        let size = name.count + (name.count < Self.longName ? 1 : 5)
        precondition(bytes.count + size < UInt32.max, "the names of one slot take 4 GiB or more")
        // Doubling, as arrays do by themselves, would leave a quarter of the memory unused.
        if bytes.count + size > bytes.capacity {
            bytes.reserveCapacity(max(32, (bytes.count + size) * 9 / 8))
        }
        table[free] = UInt32(bytes.count) + 1
        if name.count < Self.longName {
            bytes.append(UInt8(name.count))
        } else {
            bytes.append(UInt8(Self.longName))
            withUnsafeBytes(of: UInt32(name.count)) { bytes.append(contentsOf: $0) }
        }
        bytes.append(contentsOf: name)
        count += 1
        return true
    }

    private enum Place {
        case found
        case free(Int)
    }

    private func find(_ name: UnsafeRawBufferPointer) -> Place {
        bytes.withUnsafeBytes { bytes in
            var place = Self.hash(name) & (table.count - 1)
            while table[place] != 0 {
                if Self.name(in: bytes, at: Int(table[place]) - 1).hasSameBytes(as: name) { return .found }
                place = (place + 1) & (table.count - 1)
            }
            return .free(place)
        }
    }

    private mutating func grow() {
        var larger = [UInt32](repeating: 0, count: max(8, table.count * 2))
        bytes.withUnsafeBytes { bytes in
            for entry in table where entry != 0 {
                var place = Self.hash(Self.name(in: bytes, at: Int(entry) - 1)) & (larger.count - 1)
                while larger[place] != 0 { place = (place + 1) & (larger.count - 1) }
                larger[place] = entry
            }
        }
        table = larger
    }

    private static func hash(_ name: UnsafeRawBufferPointer) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: name)
        return hasher.finalize()
    }

    private static func name(in bytes: UnsafeRawBufferPointer, at offset: Int) -> UnsafeRawBufferPointer {
        let length = Int(bytes[offset])
        guard length == longName else {
            return UnsafeRawBufferPointer(rebasing: bytes[(offset + 1)..<(offset + 1 + length)])
        }
        let long = Int(bytes.loadUnaligned(fromByteOffset: offset + 1, as: UInt32.self))
        return UnsafeRawBufferPointer(rebasing: bytes[(offset + 5)..<(offset + 5 + long)])
    }
}

extension UnsafeRawBufferPointer {
    /// Compares eight bytes at a time.
    fileprivate func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        var position = 0
        while position + 8 <= count {
            guard
                loadUnaligned(fromByteOffset: position, as: UInt64.self)
                    == other.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            else { return false }
            position += 8
        }
        while position < count {
            guard self[position] == other[position] else { return false }
            position += 1
        }
        return true
    }
}
