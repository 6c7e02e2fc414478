/// What checking a copy came to.
public struct CopyVerdict: Hashable, Sendable {
    /// A key that is not as it should be.
    public struct Problem: Hashable, Sendable {
        /// The key's name at the source.
        public let key: [UInt8]
        /// What is wrong, for people.
        public let reason: String
    }

    /// How many problems are kept with the names of their keys.
    public static let sampleLimit = 20

    /// Keys that are on both sides.
    public internal(set) var present = 0
    /// Keys that are at the source only.
    public private(set) var missing = 0
    /// Keys of the sample that are the same on both sides.
    public internal(set) var alike = 0
    /// Keys of the sample that are not.
    public private(set) var different = 0
    /// Some of the keys that are missing or different, with reasons.
    public private(set) var problems: [Problem] = []

    init() {}

    /// Whether every key that was checked is at the destination, and all of the sample are the same there.
    public var isGood: Bool { missing == 0 && different == 0 }

    mutating func noteMissing(_ key: [UInt8]) {
        missing += 1
        note(key, "it is not at the destination")
    }

    mutating func noteDifference(_ key: [UInt8], _ reason: String) {
        different += 1
        note(key, reason)
    }

    private mutating func note(_ key: [UInt8], _ reason: String) {
        guard problems.count < Self.sampleLimit else { return }
        problems.append(Problem(key: key, reason: reason))
    }
}
