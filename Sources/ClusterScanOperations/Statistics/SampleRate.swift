/// Which keys are looked at more closely.
///
/// The name of a key decides, by its hash: so a key that is returned twice is treated the same both times,
/// parts of a keyspace that are read by several machines add up to the same sample, and no regularity in the
/// order of keys can mislead.
public struct SampleRate: Hashable, Sendable, Codable {
    /// Every key.
    public static let all = SampleRate(oneIn: 1, limit: .max)

    /// One key in so many, 1 or more.
    public let oneIn: Double
    private let limit: UInt64

    private init(oneIn: Double, limit: UInt64) {
        self.oneIn = oneIn
        self.limit = limit
    }

    /// Takes one key in so many.
    ///
    /// - Parameter oneIn: 1 or more, at most 1e12; anything else gives `nil`.
    public init?(oneIn: Double) {
        guard oneIn >= 1, oneIn <= 1e12 else { return nil }
        // Just below 1 in 1, the quotient would be rounded to 2^64, which is no UInt64.
        self = oneIn < 1.000_001 ? .all : Self(oneIn: oneIn, limit: UInt64(0x1p64 / oneIn))
    }

    /// Whether every key is taken.
    public var isAll: Bool { limit == .max }

    /// Whether a key is part of the sample.
    ///
    /// - Parameter name: The bytes of its name.
    /// - Returns: The same for the same name, on every machine.
    public func includes(_ name: UnsafeRawBufferPointer) -> Bool {
        isAll || NameHash.of(name) < limit
    }
}
