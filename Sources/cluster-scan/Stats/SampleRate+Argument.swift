public import ArgumentParser
import ClusterScan
public import ClusterScanOperations

/// A part of the keys as it is written on the command line: `100` or `10k` for one key in so many, `1%`.
extension SampleRate: ExpressibleByArgument {
    /// - Returns: `nil` for anything but a whole number of one or more, or a percentage above 0 and up to
    ///   100.
    public init?(argument: String) {
        if argument.hasSuffix("%") {
            let number = argument.dropLast()
            guard number.first?.isASCIIDigit == true, number.allSatisfy({ $0.isASCIIDigit || $0 == "." }),
                let percent = Double(number), percent > 0, percent <= 100
            else { return nil }
            self.init(oneIn: 100 / percent)
        } else {
            guard let quantity = Quantity(argument: argument) else { return nil }
            self.init(oneIn: Double(quantity.value))
        }
    }

    /// As it is shown in the help.
    public var defaultValueDescription: String { isAll ? "every key" : "one key in \(oneIn)" }
}
