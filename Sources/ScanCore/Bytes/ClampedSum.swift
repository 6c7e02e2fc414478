extension FixedWidthInteger {
    /// The sum, or the number next to it that there is: for numbers that come from outside, where an overflow must
    /// not end the process.
    package func addingClamped(_ other: Self) -> Self {
        let (sum, overflows) = addingReportingOverflow(other)
        guard overflows else { return sum }
        return other < 0 ? .min : .max
    }
}
