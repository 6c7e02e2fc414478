/// 160 bits written as 40 hexadecimal digits, the form of node ids and run ids.
struct HexIdentifier: Hashable, Comparable, Sendable, CustomStringConvertible {
    let high: UInt64
    let middle: UInt64
    let low: UInt32

    init(zero: Void) {
        high = 0
        middle = 0
        low = 0
    }

    init?(_ digits: some Sequence<UInt8>) {
        var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
        var count = 0
        for digit in digits {
            guard let digit = HexadecimalDigits.value(digit) else { return nil }
            let value = UInt64(digit)
            switch count {
            case 0..<16: words.0 = words.0 << 4 | value
            case 16..<32: words.1 = words.1 << 4 | value
            case 32..<40: words.2 = words.2 << 4 | value
            default: return nil
            }
            count += 1
        }
        guard count == 40 else { return nil }
        high = words.0
        middle = words.1
        low = UInt32(truncatingIfNeeded: words.2)
    }

    var description: String {
        HexadecimalDigits.text(high, digits: 16) + HexadecimalDigits.text(middle, digits: 16)
            + HexadecimalDigits.text(UInt64(low), digits: 8)
    }

    static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.high, lhs.middle, lhs.low) < (rhs.high, rhs.middle, rhs.low)
    }
}
