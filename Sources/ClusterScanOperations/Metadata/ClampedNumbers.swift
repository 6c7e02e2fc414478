extension FixedWidthInteger {
    /// The sum, or the number next to it that there is: what servers say must not end the process. For
    /// numbers of up to 64 bits.
    func addingClamped(_ other: Self) -> Self { Self(clamping: Int128(self) + Int128(other)) }
}

extension Duration {
    /// The milliseconds that have passed in full, in whole numbers all the way: as a floating-point number the
    /// longest time that a server can name is beyond 64 bits.
    package var wholeMilliseconds: Int64 {
        let (whole, overflows) = components.seconds.multipliedReportingOverflow(by: 1000)
        guard !overflows else { return components.seconds < 0 ? .min : .max }
        return whole.addingClamped(components.attoseconds / 1_000_000_000_000_000)
    }
}
