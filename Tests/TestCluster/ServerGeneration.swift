/// A release line of Redis or Valkey that the suites with real servers run on. `docker/servers.sh` has its
/// program.
///
/// What follows from a version is said here once, from the release notes of the servers, so that a test asks
/// for what it needs and not for a number.
package enum ServerGeneration: String, CaseIterable, Sendable, CustomStringConvertible {
    case redis62 = "redis-6.2"
    case redis70 = "redis-7.0"
    case redis74 = "redis-7.4"
    case redis82 = "redis-8.2"
    case valkey81 = "valkey-8.1"
    case valkey91 = "valkey-9.1"

    /// As people write it: `Redis 7.4`.
    package var description: String { "\(isValkey ? "Valkey" : "Redis") \(version.major).\(version.minor)" }

    package var isValkey: Bool { self == .valkey81 || self == .valkey91 }

    package var version: (major: Int, minor: Int) {
        switch self {
        case .redis62: (6, 2)
        case .redis70: (7, 0)
        case .redis74: (7, 4)
        case .redis82: (8, 2)
        case .valkey81: (8, 1)
        case .valkey91: (9, 1)
        }
    }

    private func isAtLeast(redis: (Int, Int)?, valkey: (Int, Int)?) -> Bool {
        guard let needed = isValkey ? valkey : redis else { return false }
        return (version.major, version.minor) >= needed
    }

    /// `PEXPIRETIME`, `EXPIRE … NX`, `CLUSTER SHARDS`, `ACL` selectors.
    package var hasCommandsOfRedis7: Bool { isAtLeast(redis: (7, 0), valkey: (7, 2)) }

    /// A dictionary for each slot; the slot is in the low bits of a `SCAN` cursor.
    package var hasDictionaryPerSlot: Bool { isAtLeast(redis: (7, 4), valkey: (8, 0)) }

    /// Fields of hashes that expire by themselves (`HPEXPIRE`).
    package var hasFieldExpiries: Bool { isAtLeast(redis: (7, 4), valkey: (9, 0)) }

    /// The type `vectorset` (`VADD`).
    package var hasVectorSets: Bool { isAtLeast(redis: (8, 0), valkey: nil) }

    /// `CLUSTER MIGRATESLOTS`: slots move as a whole, and their keys show at their new owner with the last
    /// step.
    package var movesSlotsAtOnce: Bool { isAtLeast(redis: nil, valkey: (9, 0)) }

    /// The setting `cluster-databases`.
    package var hasDatabasesInClusters: Bool { isAtLeast(redis: nil, valkey: (9, 0)) }

    /// `CLIENT NO-TOUCH`.
    package var hasNoTouch: Bool { isAtLeast(redis: (7, 2), valkey: (7, 2)) }

    /// Those that can be had on this machine. Where one cannot, `docker/servers.sh` says why, and fails if
    /// `CI` is set.
    package static let available: [ServerGeneration] = {
        guard let lines = try? RepositoryScript.servers.run(["fetch"]) else {
            // Each test then fails with the reason, when it starts its servers.
            return allCases
        }
        let names = Set(lines.map { line in String(line.prefix { $0 != " " }) })
        return allCases.filter { names.contains($0.rawValue) }
    }()

    package static func available(where isSuitable: (ServerGeneration) -> Bool) -> [ServerGeneration] {
        available.filter(isSuitable)
    }
}
