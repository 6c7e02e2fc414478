import ClusterScan
import Foundation

/// How long chaos lasts and what it is drawn from. `CHAOS_MINUTES` makes a soak of it, `CHAOS_SEED` repeats a
/// run.
struct ChaosPlan: Sendable {
    let seed: UInt64
    let duration: Duration

    static let current = ChaosPlan(environment: ProcessInfo.processInfo.environment)

    init(environment: [String: String]) {
        seed = environment["CHAOS_SEED"].flatMap { UInt64($0) } ?? .random(in: 1...UInt64(UInt32.max))
        let minutes = environment["CHAOS_MINUTES"].flatMap { Double($0) }
        duration = minutes.map { .seconds($0 * 60) } ?? .seconds(40)
    }

    /// With time for the iteration that is under way when the duration ends, and for the servers to recover.
    var limitMinutes: Int { Int(duration / .seconds(60)) + 10 }

    /// A generator of its own for every part of every iteration: what one part draws does not depend on how
    /// often another one had its turn.
    func random(iteration: Int, part: Part) -> SplitMix64 {
        var mixer = SplitMix64(state: seed &+ UInt64(iteration) &* 1_000 &+ part.rawValue)
        return SplitMix64(state: mixer.next())
    }

    enum Part: UInt64 {
        case scan, kills, resharding, nodes, connections, writer, world
    }
}
