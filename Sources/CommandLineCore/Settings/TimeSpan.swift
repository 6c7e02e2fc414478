import ArgumentParser

/// A length of time as it is written on the command line: a number and a unit, `500ms`, `2s`, `1.5m`, `1h`.
package struct TimeSpan: ExpressibleByArgument, Hashable, Sendable, CustomStringConvertible {
    package let duration: Duration
    package let description: String

    private static let units: [(suffix: String, length: Duration)] = [
        ("us", .microseconds(1)), ("ms", .milliseconds(1)), ("s", .seconds(1)), ("m", .seconds(60)),
        ("h", .seconds(3600)),
    ]

    /// - Returns: `nil` for anything but digits, at most one decimal point, and a unit.
    package init?(argument: String) {
        guard let unit = TimeSpan.units.first(where: { argument.hasSuffix($0.suffix) }) else { return nil }
        let number = argument.dropLast(unit.suffix.count)
        guard number.first?.isASCIIDigit == true, number.allSatisfy({ $0.isASCIIDigit || $0 == "." }),
            let value = Double(number), value <= 1e9
        else { return nil }
        duration = unit.length * value
        description = argument
    }

    package init(milliseconds: Int) {
        duration = .milliseconds(milliseconds)
        description = "\(milliseconds)ms"
    }

    package init(seconds: Int) {
        duration = .seconds(seconds)
        description = "\(seconds)s"
    }

    package var defaultValueDescription: String { description }
}

extension Character {
    package var isASCIIDigit: Bool { isASCII && isNumber }
}
