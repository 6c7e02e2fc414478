import ArgumentParser

/// A number of things as it is written on the command line: `250`, `10k`, `5M`. One or more.
package struct Quantity: ExpressibleByArgument, Hashable, Sendable, CustomStringConvertible {
    package let value: Int
    package let description: String

    /// - Returns: `nil` for anything but digits and perhaps `k` (thousands) or `M` (millions), and for zero.
    package init?(argument: String) {
        let unit: Int
        switch argument.last {
        case "k", "K": unit = 1_000
        case "m", "M": unit = 1_000_000
        default: unit = 1
        }
        let digits = unit == 1 ? argument[...] : argument.dropLast()
        guard !digits.isEmpty, digits.allSatisfy(\.isASCIIDigit), let number = Int(digits) else { return nil }
        let (value, overflow) = number.multipliedReportingOverflow(by: unit)
        guard !overflow, value > 0 else { return nil }
        self.value = value
        description = argument
    }

    /// - Parameter value: One or more.
    package init(_ value: Int) {
        self.value = value
        description = String(value)
    }

    package var defaultValueDescription: String { description }
}
