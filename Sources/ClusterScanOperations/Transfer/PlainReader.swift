import ClusterScan
import Synchronization

/// Reads whole values with the commands of their types, many keys at a time: type, then value and expiry as
/// of one moment, in a burst for all keys each.
final class PlainReader: Sendable {
    enum Reading: Sendable {
        case value(PlainValue, KeyLifetime)
        case noKey
        /// A type of a module, or a new one: `DUMP` alone carries it.
        case otherType(KeyType)
        /// It is larger than a reply may be.
        case tooLarge
        case refused(ServerError)
    }

    private let scanner: ClusterScanner
    private let options: CommandOptions
    private let moments: MomentReader
    /// Whether the servers were found not to know that fields of hashes can expire.
    private let isOlder = Atomic(false)

    private static let attempts = 5

    init(_ scanner: ClusterScanner, _ moments: MomentReader, options: CommandOptions) {
        self.scanner = scanner
        self.moments = moments
        self.options = options
    }

    /// Reads keys, in their order. All values are held in memory.
    ///
    /// - Throws: `ClusterScanError` if nodes are out of reach or do not permit a command.
    func read(_ keys: [[UInt8]]) async throws -> [Reading] {
        let changing = Reading.refused(ServerError(notCopied: "the type of the key keeps changing"))
        var readings = [Reading](repeating: changing, count: keys.count)
        var open = Array(keys.indices)
        for _ in 0..<Self.attempts where !open.isEmpty {
            open = try await read(open, of: keys, into: &readings)
        }
        return readings
    }

    /// - Returns: The places of keys that have changed meanwhile.
    private func read(
        _ places: [Int],
        of keys: [[UInt8]],
        into readings: inout [Reading]
    ) async throws -> [Int] {
        var known: [(place: Int, type: KeyType, question: [[UInt8]])] = []
        let types = try await scanner.answers(
            to: places.map { KeyCommand("TYPE", key: keys[$0], isRepeatable: true) },
            options: options
        )
        for (place, answer) in zip(places, types) {
            guard let name = answer.value?.string else {
                readings[place] = .refused(answer.failure)
                continue
            }
            let type = KeyType(rawValue: name)
            if name == "none" {
                readings[place] = .noKey
            } else if let question = PlainValue.question(about: keys[place], of: type) {
                known.append((place, type, question))
            } else {
                readings[place] = .otherType(type)
            }
        }
        let fields = try await fields(
            of: known.filter { $0.type == .hash }.map { ($0.place, keys[$0.place]) }
        )
        let replies = try await moments.moments(of: known.map { keys[$0.place] }) { index in
            let (place, _, question) = known[index]
            guard let names = fields[place] else { return [question] }
            let arguments = .text("FIELDS", "\(names.count)") + names
            return [question, [Self.fieldExpiry, keys[place]] + arguments]
        }
        var again: [Int] = []
        for ((place, type, _), moment) in zip(known, replies) {
            switch try CommandAnswer(moment.value) {
            case .refused(let error) where error.code == "WRONGTYPE": again.append(place)
            case .refused(let error) where error.isUnknownCommand(Self.fieldExpiryName):
                isOlder.store(true, ordering: .relaxed)
                again.append(place)
            case .value where moment.lifetime == .noKey: readings[place] = .noKey
            case .value:
                let expiries = fields[place].map { (fields: $0, reply: moment.replies.last ?? .null) }
                if let value = moment.replies.first.flatMap({ PlainValue($0, of: type, expiries: expiries) })
                {
                    readings[place] = .value(value, moment.lifetime)
                } else {
                    again.append(place)
                }
            case .tooLarge: readings[place] = .tooLarge
            case .refused(let error): readings[place] = .refused(error)
            case .outcomeUnknown: again.append(place)
            }
        }
        return again
    }

    private static let fieldExpiryName = "HPEXPIRETIME"
    private static let fieldExpiry = Array(fieldExpiryName.utf8)

    /// The names of hashes' fields: servers tell when fields expire for those alone that are named.
    ///
    /// - Returns: By the places of the keys; none where fields do not expire.
    private func fields(of hashes: [(place: Int, key: [UInt8])]) async throws -> [Int: [[UInt8]]] {
        guard !hashes.isEmpty, !isOlder.load(ordering: .relaxed) else { return [:] }
        let answers = try await scanner.answers(
            to: hashes.map { KeyCommand("HKEYS", key: $0.key, isRepeatable: true) },
            options: options
        )
        var fields: [Int: [[UInt8]]] = [:]
        for (hash, answer) in zip(hashes, answers) {
            guard let names = answer.value?.array?.compactMap(\.bytes), !names.isEmpty else { continue }
            fields[hash.place] = names
        }
        return fields
    }
}
