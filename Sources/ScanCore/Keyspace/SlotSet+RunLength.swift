/// The compact form of a slot set: the number of runs of adjacent slots and, for each, the gap before it and
/// its length, as ``Varint``s; gaps between runs and lengths are at least 1 and written less 1. Where a
/// bitmap would be shorter, a bitmap takes the place of the runs: so 2,050 bytes are the most, and a node's
/// whole share takes a few.
///
/// Every set has exactly one form, and every form tells where it ends.
extension SlotSet {
    /// Stands in place of the number of runs in front of a bitmap; no set has as many runs.
    private static let bitmapMark = UInt64(HashSlot.count / 2 + 1)

    /// The compact form of the set.
    package var compactForm: [UInt8] {
        let runs = runForm
        return runs.count <= SlotSet.bitmapFormLength ? runs : bitmapForm
    }

    /// Reads the compact form of a set and moves past it.
    ///
    /// - Parameter bytes: what to read from; after an error, of no use.
    /// - Throws: if the bytes are not exactly what ``compactForm`` gives for some set.
    package init(compactForm bytes: inout ArraySlice<UInt8>) throws(CompactCodingError) {
        let runCount = try Varint.read(from: &bytes)
        if runCount == SlotSet.bitmapMark {
            try self.init(bitmap: &bytes)
        } else if runCount < SlotSet.bitmapMark {
            try self.init(runs: &bytes, count: runCount)
        } else {
            throw .outOfRange
        }
        // The two forms exclude each other: a set has the one that is shorter for it.
        let hasBitmapForm = runForm.count > SlotSet.bitmapFormLength
        guard hasBitmapForm == (runCount == SlotSet.bitmapMark) else { throw .notCanonical }
    }

    private var runForm: [UInt8] {
        let runs = Array(ranges)
        var bytes: [UInt8] = []
        Varint.append(UInt64(runs.count), to: &bytes)
        var expected: UInt64 = 0
        for run in runs {
            let (low, high) = (UInt64(run.lowerBound.rawValue), UInt64(run.upperBound.rawValue))
            Varint.append(low - expected, to: &bytes)
            Varint.append(high - low, to: &bytes)
            // The slot after a run is not in the set: a next run begins behind it at the earliest.
            expected = high + 2
        }
        return bytes
    }

    private init(runs bytes: inout ArraySlice<UInt8>, count: UInt64) throws(CompactCodingError) {
        self.init()
        var expected: UInt64 = 0
        for _ in 0..<count {
            let gap = try Varint.read(from: &bytes)
            let length = try Varint.read(from: &bytes)
            let bound = UInt64(HashSlot.count)
            guard gap < bound, length < bound, expected + gap + length < bound else { throw .outOfRange }
            let low = expected + gap
            insert(HashSlot(unchecked: UInt16(low))...HashSlot(unchecked: UInt16(low + length)))
            expected = low + length + 2
        }
    }

    private static let bitmapFormLength = 2 + HashSlot.count / 8

    /// Slot *s* is bit `s % 8` of byte `s / 8`.
    private var bitmapForm: [UInt8] {
        var bytes: [UInt8] = []
        Varint.append(SlotSet.bitmapMark, to: &bytes)
        for word in words {
            withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    private init(bitmap bytes: inout ArraySlice<UInt8>) throws(CompactCodingError) {
        guard bytes.count >= HashSlot.count / 8 else { throw .truncated }
        self.init(
            words: (0..<SlotSet.wordCount).map { _ in
                let word = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
                bytes.removeFirst(8)
                return word
            }
        )
    }
}
