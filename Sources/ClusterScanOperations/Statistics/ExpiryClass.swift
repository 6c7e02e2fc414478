/// How soon a key expires, in classes that mean something to people.
public enum ExpiryClass: Int, CaseIterable, Sendable, Hashable, Codable {
    /// The key stays until it is deleted.
    case never
    /// Within the next minute.
    case withinMinute
    /// Within the next hour, but not the next minute.
    case withinHour
    /// Within 24 hours.
    case withinDay
    /// Within 7 days.
    case withinWeek
    /// Within 30 days.
    case withinMonth
    /// Within 365 days.
    case withinYear
    /// Later than that.
    case later

    /// Finds the class of a time to live.
    ///
    /// - Parameter timeToLive: The rest of the key's life; `nil` if it has no end.
    public init(timeToLive: Duration?) {
        guard let timeToLive else {
            self = .never
            return
        }
        self = Self.allCases.first { $0.limit.map { timeToLive < $0 } ?? false } ?? .later
    }

    /// The times to live of the class are shorter than this; `nil` for the first and the last class.
    public var limit: Duration? {
        switch self {
        case .never, .later: nil
        case .withinMinute: .seconds(60)
        case .withinHour: .seconds(3_600)
        case .withinDay: .seconds(86_400)
        case .withinWeek: .seconds(7 * 86_400)
        case .withinMonth: .seconds(30 * 86_400)
        case .withinYear: .seconds(365 * 86_400)
        }
    }
}
