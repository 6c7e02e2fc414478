package import ClusterScan

/// Whether a key has the same value on two sides, by what the servers answer there.
package enum ValueVerdict: Hashable, Sendable {
    case alike
    case different(String)
    case missingAtSource
    case missingAtDestination
    /// The servers do not say.
    case unknown(String)

    /// What both answers to `DUMP` say.
    ///
    /// - Returns: `nil` if they do not tell: equal sets may have their members in another order, equal lists
    ///   another encoding, and servers other versions of it.
    package init?(dumps here: RESPValue?, _ there: RESPValue?) {
        if here == .null {
            self = .missingAtSource
        } else if there == .null {
            self = .missingAtDestination
        } else if let one = here?.bytes, let other = there?.bytes,
            one.dropLast(Self.dumpTail) == other.dropLast(Self.dumpTail)
        {
            self = .alike
        } else {
            return nil
        }
    }

    /// The version of the format and a checksum, which stand behind the value in a dump.
    private static let dumpTail = 2 + 8

    /// What both types say; where there is no key, a server calls it `none`.
    ///
    /// - Returns: `nil` if they are the same.
    package init?(types here: KeyType, _ there: KeyType) {
        if here == Self.none {
            self = .missingAtSource
        } else if there == Self.none {
            self = .missingAtDestination
        } else if here != there {
            self = .different("its type is \(here) here, \(there) there")
        } else {
            return nil
        }
    }

    private static let none = KeyType(rawValue: "none")

    /// What both answers to `HPEXPIRETIME` say, for the same fields; `nil` stands for a server that knows no
    /// such thing.
    package init(fieldExpiries here: RESPValue?, _ there: RESPValue?) {
        func lifetimes(_ reply: RESPValue?, _ count: Int) -> [KeyLifetime] {
            reply?.array?.map { KeyMoment(.value($0)).lifetime } ?? Array(repeating: .never, count: count)
        }
        let count = max(here?.array?.count ?? 0, there?.array?.count ?? 0)
        // A field that has gone since its value was compared says nothing.
        let isEqual = zip(lifetimes(here, count), lifetimes(there, count)).allSatisfy {
            $0 == .noKey || $1 == .noKey || $0.agrees(with: $1)
        }
        self = isEqual ? .alike : .different("its fields expire at other times")
    }

    /// What both answers to ``KeyType/readingCommand``, of a stream to `XINFO STREAM … FULL COUNT 0`, say.
    package init(values here: RESPValue, _ there: RESPValue, of type: KeyType) {
        if type == .stream {
            self = StreamState(here).difference(to: StreamState(there)).map(Self.different) ?? .alike
            return
        }
        let isEqual = Self.canonical(here, type) == Self.canonical(there, type)
        self = isEqual ? .alike : .different("its values differ")
    }

    /// A form in which equal values are equal: sets and hashes in order.
    private static func canonical(_ value: RESPValue, _ type: KeyType) -> [RESPValue] {
        guard let elements = value.array else { return [value] }
        func order(_ left: RESPValue, _ right: RESPValue) -> Bool {
            (left.bytes ?? []).lexicographicallyPrecedes(right.bytes ?? [])
        }
        switch type {
        case .set:
            return elements.sorted(by: order)
        case .hash:
            let pairs = stride(from: 0, to: elements.count - 1, by: 2).map {
                (elements[$0], elements[$0 + 1])
            }
            return pairs.sorted { order($0.0, $1.0) }.flatMap { [$0, $1] }
        case .sortedSet:
            // Versions write one number in several ways: 0.1 is 0.10000000000000001 before Redis 7.2.
            return elements.enumerated().map { index, element in
                guard !index.isMultiple(of: 2), let score = element.string.flatMap(Double.init) else {
                    return element
                }
                return .bulkString(Array((score == 0 ? 0 : score).description.utf8))
            }
        default:
            return elements
        }
    }
}
