/// What stands for each slot in a cursor: not wanted, covered, open, or claimed by one of the lanes.
///
/// One map for all lanes, because their claims exclude each other. It is written as runs, a few bytes when
/// whole nodes are at one state, or as packed symbols of equal width where slots are so scattered that this
/// is shorter: 4 KiB for up to one lane, 6 KiB for up to five, 20 KiB for a thousand, at the very worst.
struct SlotMap {
    private(set) var wanted = SlotSet()
    private(set) var covered = SlotSet()
    private(set) var claims: [SlotSet]

    private enum Symbol {
        static let unwanted = 0
        static let covered = 1
        static let open = 2
        static let firstLane = 3
    }

    private enum Form {
        static let runs: UInt8 = 0
        static let packed: UInt8 = 1
    }

    init(wanted: SlotSet, covered: SlotSet, claims: [SlotSet]) {
        self.wanted = wanted
        self.covered = covered
        self.claims = claims
        assert(covered.isSubset(of: wanted))
        assert(
            claims.reduce(wanted.count - covered.count) { $0 - $1.count }
                == claims.reduce(wanted.subtracting(covered)) { $0.subtracting($1) }.count,
            "claims exclude each other and are neither unwanted nor covered"
        )
    }

    // MARK: Writing

    func encode(into writer: inout ByteWriter) {
        let runs = self.runs
        var short = ByteWriter()
        for run in runs {
            short.write(varint: UInt64(run.symbol))
            short.write(varint: UInt64(run.length))
        }
        let width = Self.width(lanes: claims.count)
        if short.bytes.count <= HashSlot.count / 8 * width {
            writer.write(Form.runs)
            writer.write(contentsOf: short.bytes)
        } else {
            writer.write(Form.packed)
            writer.write(contentsOf: Self.packed(runs, width: width))
        }
    }

    private typealias Run = (symbol: Int, length: Int)

    /// The runs of slots with one symbol, longest possible, over all slots.
    private var runs: [Run] {
        var marked: [(slots: ClosedRange<HashSlot>, symbol: Int)] = []
        func mark(_ slots: SlotSet, _ symbol: Int) {
            for range in slots.ranges { marked.append((range, symbol)) }
        }
        mark(covered, Symbol.covered)
        mark(claims.reduce(into: wanted.subtracting(covered)) { $0.subtract($1) }, Symbol.open)
        for (lane, slots) in claims.enumerated() {
            mark(slots, Symbol.firstLane + lane)
        }
        marked.sort { $0.slots.lowerBound < $1.slots.lowerBound }
        var runs: [Run] = []
        var next = 0
        for (slots, symbol) in marked {
            let first = Int(slots.lowerBound.rawValue)
            if first > next { runs.append((Symbol.unwanted, first - next)) }
            next = Int(slots.upperBound.rawValue) + 1
            runs.append((symbol, next - first))
        }
        if next < HashSlot.count { runs.append((Symbol.unwanted, HashSlot.count - next)) }
        return runs
    }

    /// The number of slots is a multiple of eight, so symbols of any width fill whole bytes.
    private static func packed(_ runs: [Run], width: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var pending: UInt64 = 0
        var bits = 0
        for run in runs {
            for _ in 0..<run.length {
                pending = pending << UInt64(width) | UInt64(run.symbol)
                bits += width
                while bits >= 8 {
                    bits -= 8
                    bytes.append(UInt8(truncatingIfNeeded: pending >> UInt64(bits)))
                }
            }
        }
        return bytes
    }

    private static func width(lanes: Int) -> Int {
        Int.bitWidth - (Symbol.firstLane + lanes - 1).leadingZeroBitCount
    }

    // MARK: Reading

    init(decoding reader: inout ByteReader<ScanCursorError>, lanes: Int) throws(ScanCursorError) {
        claims = Array(repeating: SlotSet(), count: lanes)
        switch try reader.readByte() {
        case Form.runs:
            var start = 0
            while start < HashSlot.count {
                let symbol = try reader.readVarint(below: Symbol.firstLane + lanes)
                let length = try reader.readVarint(below: HashSlot.count - start + 1)
                guard length > 0 else { throw .malformed }
                assign(symbol, from: start, to: start + length - 1)
                start += length
            }
        case Form.packed:
            let width = Self.width(lanes: lanes)
            var pending: UInt64 = 0
            var bits = 0
            for index in 0..<HashSlot.count {
                while bits < width {
                    pending = pending << 8 | UInt64(try reader.readByte())
                    bits += 8
                }
                bits -= width
                let symbol = Int(pending >> UInt64(bits) & (1 << UInt64(width) - 1))
                guard symbol < Symbol.firstLane + lanes else { throw .malformed }
                assign(symbol, from: index, to: index)
            }
        default:
            throw .malformed
        }
    }

    private mutating func assign(_ symbol: Int, from first: Int, to last: Int) {
        guard symbol != Symbol.unwanted else { return }
        let range = HashSlot(unchecked: UInt16(first))...HashSlot(unchecked: UInt16(last))
        wanted.insert(range)
        switch symbol {
        case Symbol.covered: covered.insert(range)
        case Symbol.open: break
        default: claims[symbol - Symbol.firstLane].insert(range)
        }
    }
}
