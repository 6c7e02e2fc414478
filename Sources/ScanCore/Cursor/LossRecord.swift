/// R14: slots that were read and could not be credited, as a cursor keeps them: without that, a caller that
/// takes a new process for every page would read them for ever.
package struct LossRecord: Hashable, Sendable {
    package var slots: SlotSet
    /// How often each of them was lost, 1 or more.
    package var losses: Int
    /// For how long processes have been at work since the first loss, in milliseconds.
    package var milliseconds: Int64

    /// What a cursor counts at the most: twelve days.
    private static let most = 1 << 30

    package init(slots: SlotSet, losses: Int, milliseconds: Int64) {
        self.slots = slots
        self.losses = min(losses, Self.most - 1)
        self.milliseconds = min(max(0, milliseconds), Int64(Self.most) - 1)
    }

    /// - Parameters:
    ///   - slots: The slots.
    ///   - losses: How often each of them was lost.
    ///   - since: When they were lost first.
    ///   - now: The time.
    init(slots: SlotSet, losses: Int, since: Duration, now: Duration) {
        let time = (now - since).components
        let whole = min(max(0, time.seconds), Int64(Self.most))
        self.init(
            slots: slots,
            losses: losses,
            milliseconds: whole * 1000 + time.attoseconds / 1_000_000_000_000_000
        )
    }
}

extension LossRecord {
    /// What it says of some of its slots.
    func part(in some: SlotSet) -> LossRecord? {
        var part = self
        part.slots.formIntersection(some)
        return part.slots.isEmpty ? nil : part
    }
}

extension LossRecord: Comparable {
    /// In the order of their first slots; no two have one in common.
    package static func < (one: LossRecord, other: LossRecord) -> Bool {
        guard let first = one.slots.first, let second = other.slots.first else { return false }
        return first < second
    }
}

/// The losses of a cursor, in ascending order of their first slots. They are written after all else, and only
/// where there are any.
extension LossRecord {
    static func encode(_ records: [LossRecord], into writer: inout ByteWriter) {
        guard !records.isEmpty else { return }
        writer.write(varint: UInt64(records.count))
        for record in records {
            writer.write(varint: UInt64(record.losses))
            writer.write(varint: UInt64(record.milliseconds))
            let ranges = Array(record.slots.ranges)
            writer.write(varint: UInt64(ranges.count))
            var next = 0
            for range in ranges {
                let (first, last) = (Int(range.lowerBound.rawValue), Int(range.upperBound.rawValue))
                writer.write(varint: UInt64(first - next))
                writer.write(varint: UInt64(last - first))
                next = last + 1
            }
        }
    }

    /// - Parameters:
    ///   - reader: Where to read.
    ///   - open: The slots that may be lost: wanted and not covered.
    /// - Returns: What is there.
    /// - Throws: ``ScanCursorError/malformed``.
    static func decode(
        from reader: inout ByteReader<ScanCursorError>,
        of open: SlotSet
    ) throws(ScanCursorError) -> [LossRecord] {
        guard !reader.isAtEnd else { return [] }
        var records: [LossRecord] = []
        var rest = open
        for _ in 0..<(try reader.readVarint(below: open.count + 1)) {
            let losses = try reader.readVarint(below: most)
            let milliseconds = try reader.readVarint(below: most)
            var slots = SlotSet()
            var next = 0
            for _ in 0..<(try reader.readVarint(below: open.count + 1)) {
                let first = next + (try reader.readVarint(below: HashSlot.count))
                let last = first + (try reader.readVarint(below: HashSlot.count))
                guard last < HashSlot.count else { throw .malformed }
                slots.insert(HashSlot(unchecked: UInt16(first))...HashSlot(unchecked: UInt16(last)))
                next = last + 1
            }
            let record = LossRecord(slots: slots, losses: losses, milliseconds: Int64(milliseconds))
            guard losses > 0, !slots.isEmpty, slots.isSubset(of: rest),
                records.last.map({ $0 < record }) ?? true
            else { throw .malformed }
            rest.subtract(slots)
            records.append(record)
        }
        return records
    }
}
