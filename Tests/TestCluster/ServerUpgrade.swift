/// Two generations that people go between, by a rolling upgrade or by copying.
package struct ServerUpgrade: Sendable, CustomStringConvertible {
    package let older: ServerGeneration
    package let newer: ServerGeneration

    package var description: String { "\(older) → \(newer)" }

    private static let all = [
        ServerUpgrade(older: .redis62, newer: .redis70), ServerUpgrade(older: .redis70, newer: .redis74),
        ServerUpgrade(older: .redis74, newer: .redis82), ServerUpgrade(older: .redis70, newer: .valkey81),
        ServerUpgrade(older: .valkey81, newer: .valkey91),
    ]

    /// Those whose both ends can be had on this machine.
    package static let available = all.filter {
        ServerGeneration.available.contains($0.older) && ServerGeneration.available.contains($0.newer)
    }
}
