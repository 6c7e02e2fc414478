public import ScanCore

/// The end of a dump file. Without it a file is a part, whatever it holds.
public struct DumpTrailer: Hashable, Sendable {
    /// How much the file holds.
    public var counts: DumpCounts
    /// Keys that were found and could not be read, so that they are not in the file.
    public var leftOut: UInt64
    /// Slots that were wanted and could not be covered: empty unless the user allowed that.
    public var uncovered: SlotSet

    /// Whether every key that was asked for is in the file.
    public var isComplete: Bool { leftOut == 0 && uncovered.isEmpty }

    var body: [UInt8] {
        var body = BlockBody()
        counts.write(to: &body)
        body.write(leftOut)
        body.write(string: Array(uncovered.description.utf8))
        return body.bytes
    }

    init(counts: DumpCounts, leftOut: UInt64, uncovered: SlotSet) {
        self.counts = counts
        self.leftOut = leftOut
        self.uncovered = uncovered
    }

    init(body: ArraySlice<UInt8>) throws(BlockBody.Malformed) {
        var body = BlockBodyReader(body)
        counts = try DumpCounts(from: &body)
        leftOut = try body.readNumber()
        let text = String(decoding: try body.readString(), as: UTF8.self)
        guard body.isAtEnd, let uncovered = text.isEmpty ? SlotSet() : SlotSet(text) else {
            throw BlockBody.Malformed()
        }
        self.uncovered = uncovered
    }
}
