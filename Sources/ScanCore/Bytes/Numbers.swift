/// Digits of numbers in decimal, as servers and people write them.
package enum DecimalDigits {
    /// Whether there is nothing but digits.
    package static func areAll(in text: some Sequence<UInt8>) -> Bool {
        text.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    }
}

extension FixedWidthInteger {
    /// Reads decimal digits and nothing else: the standard library would accept a sign. Gives `nil` for no
    /// digit at all, for anything else and for numbers that are too large.
    @inlinable
    package init?(decimalDigits digits: some Sequence<UInt8>) {
        self = 0
        var isEmpty = true
        for character in digits {
            let digit = character &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            let (tens, overflows) = multipliedReportingOverflow(by: 10)
            let (sum, carries) = tens.addingReportingOverflow(Self(digit))
            guard !overflows, !carries else { return nil }
            self = sum
            isEmpty = false
        }
        if isEmpty { return nil }
    }
}

/// Digits of numbers in base 16: lower case where they are written, either case where they are read.
package enum HexadecimalDigits {
    @inlinable
    package static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    @inlinable
    package static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// A number with zeros in front.
    package static func text(_ value: UInt64, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}

extension FixedWidthInteger {
    /// The sum, or the number next to it that there is: for numbers that come from outside, where an overflow
    /// must not end the process.
    package func addingClamped(_ other: Self) -> Self {
        let (sum, overflows) = addingReportingOverflow(other)
        guard overflows else { return sum }
        return other < 0 ? .min : .max
    }
}
