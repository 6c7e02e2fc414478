import HashTreeCollections

/// The lanes of an iteration by name: a table of which copies are cheap to take and to change.
///
/// Every batch carries a copy in its cursor, and from one batch to the next nothing but the position of one
/// lane changes. So positions, which are plain numbers, are kept apart from what else is known of lanes, in
/// chunks: to move a lane while a copy is held costs one chunk and the list of chunks, for a thousand
/// lanes about what it costs for three.
package struct LaneTable: Sendable {
    /// A record but for its position, and where that is kept.
    private struct Entry: Sendable {
        let nodeIndex: Int
        let process: ProcessMark
        let hadHighestEpoch: Bool
        let purpose: LaneRecord.Purpose
        let claims: SlotSet
        let place: Int

        init(_ record: LaneRecord, place: Int) {
            nodeIndex = record.nodeIndex
            process = record.process
            hadHighestEpoch = record.hadHighestEpoch
            purpose = record.purpose
            claims = record.claims
            self.place = place
        }

        func isTrue(of record: LaneRecord) -> Bool {
            claims == record.claims && process == record.process && nodeIndex == record.nodeIndex
                && purpose == record.purpose && hadHighestEpoch == record.hadHighestEpoch
        }
    }

    /// So many positions and the head of their array just fit what `malloc` keeps at hand for each thread
    /// (1,032 bytes in glibc).
    private static let chunkLength = 62

    private var entries: TreeDictionary<LaneID, Entry> = [:]
    private var positions: [[LaneRecord.Position]] = []
    /// Places in ``positions`` that lanes have left.
    private var vacant: [Int] = []
    /// The slots that are claimed by some lane. Kept, because claims exclude each other: otherwise every lane
    /// that begins or ends would have to ask all others.
    package private(set) var claimed = SlotSet()

    package init() {}

    package var count: Int { entries.count }
    package var isEmpty: Bool { entries.isEmpty }
    package var ids: some Sequence<LaneID> { entries.keys }

    /// What is remembered of a lane.
    ///
    /// - Complexity: O(1), whatever the number of lanes, when nothing but the position changes; otherwise
    ///   that of a change to a `TreeDictionary`.
    package subscript(id: LaneID) -> LaneRecord? {
        get { entries[id].map(record) }
        set {
            let entry = entries[id]
            guard let newValue else {
                if let entry { remove(id, entry) }
                return
            }
            if let entry, entry.isTrue(of: newValue) {
                move(entry.place, to: newValue.position)
                return
            }
            if let entry { claimed.subtract(entry.claims) }
            claimed.formUnion(newValue.claims)
            let place = entry?.place ?? takePlace()
            move(place, to: newValue.position)
            entries[id] = Entry(newValue, place: place)
        }
    }

    /// Notes how far a lane has come.
    package mutating func move(_ id: LaneID, to position: LaneRecord.Position) {
        guard let place = entries[id]?.place else { return }
        move(place, to: position)
    }

    private func record(_ entry: Entry) -> LaneRecord {
        LaneRecord(
            nodeIndex: entry.nodeIndex,
            process: entry.process,
            hadHighestEpoch: entry.hadHighestEpoch,
            purpose: entry.purpose,
            position: positions[entry.place / Self.chunkLength][entry.place % Self.chunkLength],
            claims: entry.claims
        )
    }

    private mutating func remove(_ id: LaneID, _ entry: Entry) {
        entries[id] = nil
        claimed.subtract(entry.claims)
        vacant.append(entry.place)
    }

    // MARK: Places

    private mutating func move(_ place: Int, to position: LaneRecord.Position) {
        positions[place / Self.chunkLength][place % Self.chunkLength] = position
    }

    private mutating func takePlace() -> Int {
        if let place = vacant.popLast() { return place }
        if positions.last.map({ $0.count == Self.chunkLength }) ?? true { positions.append([]) }
        positions[positions.count - 1].append(.walked)
        return (positions.count - 1) * Self.chunkLength + positions[positions.count - 1].count - 1
    }
}

extension LaneTable: Sequence {
    /// The lanes, in no particular order.
    package func makeIterator() -> some IteratorProtocol<(key: LaneID, value: LaneRecord)> {
        entries.lazy.map { (key: $0.key, value: record($0.value)) }.makeIterator()
    }
}

extension LaneTable: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral lanes: (LaneID, LaneRecord)...) {
        for (id, record) in lanes { self[id] = record }
    }
}
