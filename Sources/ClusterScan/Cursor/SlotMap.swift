/// What stands for each slot in a cursor: not wanted, covered, open, or claimed by one of the lanes.
///
/// One map for all lanes, because their claims exclude each other. It is written as runs, a few bytes when whole
/// nodes are at one state, or as packed symbols of equal width where slots are so scattered that this is shorter:
/// 4 KiB for two lanes, 6 KiB for up to five, at the very worst.
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
    }

    private var symbols: [Int] {
        var symbols = [Int](repeating: Symbol.unwanted, count: HashSlot.count)
        for slot in wanted { symbols[Int(slot.rawValue)] = Symbol.open }
        for slot in covered { symbols[Int(slot.rawValue)] = Symbol.covered }
        for (lane, slots) in claims.enumerated() {
            for slot in slots { symbols[Int(slot.rawValue)] = Symbol.firstLane + lane }
        }
        return symbols
    }

    private static func width(lanes: Int) -> Int {
        Int.bitWidth - (Symbol.firstLane + lanes - 1).leadingZeroBitCount
    }

    func encode(into writer: inout TokenWriter) {
        let symbols = self.symbols
        var runs = TokenWriter()
        var start = 0
        while start < symbols.count {
            let symbol = symbols[start]
            let end = symbols[start...].firstIndex { $0 != symbol } ?? symbols.count
            runs.write(varint: UInt64(symbol))
            runs.write(varint: UInt64(end - start))
            start = end
        }
        let width = Self.width(lanes: claims.count)
        guard runs.bytes.count > (HashSlot.count * width + 7) / 8 else {
            writer.write(Form.runs)
            for byte in runs.bytes { writer.write(byte) }
            return
        }
        writer.write(Form.packed)
        var pending: UInt64 = 0
        var bits = 0
        for symbol in symbols {
            pending = pending << UInt64(width) | UInt64(symbol)
            bits += width
            while bits >= 8 {
                bits -= 8
                writer.write(UInt8(truncatingIfNeeded: pending >> UInt64(bits)))
            }
        }
    }

    init(decoding reader: inout TokenReader, lanes: Int) throws(ScanCursorError) {
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
        guard claims.allSatisfy({ !$0.isEmpty }) else { throw .malformed }
    }

    private mutating func assign(_ symbol: Int, from first: Int, to last: Int) {
        guard symbol != Symbol.unwanted else { return }
        for index in first...last {
            guard let slot = HashSlot(rawValue: UInt16(truncatingIfNeeded: index)) else { return }
            wanted.insert(slot)
            switch symbol {
            case Symbol.covered: covered.insert(slot)
            case Symbol.open: break
            default: claims[symbol - Symbol.firstLane].insert(slot)
            }
        }
    }
}
