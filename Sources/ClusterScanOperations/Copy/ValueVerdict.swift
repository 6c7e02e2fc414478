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
        self = isEqual ? .alike : .different(PlainValue.differentExpiries)
    }

    /// What was read on both sides says.
    ///
    /// - Returns: `nil` if both are of one type that has no plain form.
    init?(_ here: PlainReader.Reading, _ there: PlainReader.Reading) {
        switch (here, there) {
        case (.noKey, _): self = .missingAtSource
        case (_, .noKey): self = .missingAtDestination
        case (.refused(let error), _), (_, .refused(let error)): self = .unknown(error.message)
        case (.tooLarge, _), (_, .tooLarge): self = .unknown("it is larger than this client takes")
        case (.value(let one, _), .value(let other, _)):
            self = one.difference(to: other).map(Self.different) ?? .alike
        case (.otherType(let one), .otherType(let other)) where one == other: return nil
        case (.otherType, _), (_, .otherType): self = .different(PlainValue.differentTypes)
        }
    }
}
