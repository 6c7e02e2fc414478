extension FixedWidthInteger {
    /// The sum, or the number next to it that there is: what servers say must not end the process. For
    /// numbers of up to 64 bits.
    func addingClamped(_ other: Self) -> Self { Self(clamping: Int128(self) + Int128(other)) }
}

extension Duration {
    /// The milliseconds that have passed in full, in whole numbers all the way: as a floating-point number
    /// the longest time that a server can name is beyond 64 bits.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return Int64(clamping: Int128(seconds) * 1000 + Int128(attoseconds / 1_000_000_000_000_000))
    }
}
