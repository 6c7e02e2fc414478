/// When a key goes away by itself.
package enum KeyLifetime: Hashable, Sendable {
    /// There is no such key, or none any more.
    case noKey
    case never
    /// A moment, in milliseconds since 1970.
    case at(milliseconds: Int64)

    private static let tolerance = 1_000

    /// In milliseconds since 1970, if there is one.
    var moment: Int64? {
        if case .at(let milliseconds) = self { milliseconds } else { nil }
    }

    /// The command that has a key expire then, or never.
    func command(for key: [UInt8]) -> [[UInt8]] {
        guard let moment else { return [Array("PERSIST".utf8), key] }
        return [Array("PEXPIREAT".utf8), key] + .text("\(moment)")
    }

    /// Whether two keys expire at the same time, by and large: `MIGRATE` shifts the expiry of what it moves
    /// by as long as that takes, and servers before Redis 7.0 round.
    package func agrees(with other: KeyLifetime) -> Bool {
        guard let moment, let theirs = other.moment else { return self == other }
        let (apart, overflow) = moment.subtractingReportingOverflow(theirs)
        return !overflow && apart.magnitude <= Self.tolerance
    }
}
