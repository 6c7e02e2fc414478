import ArgumentParser
import ClusterScanOperations

/// A moment as it is written on the command line: whole seconds since 1970 UTC, or ISO 8601 with a time zone,
/// as in `2031-01-01T00:00:00Z` and `2031-01-01T01:30+01:30`; a date alone is its midnight in UTC.
package struct Moment: ExpressibleByArgument, Hashable, Sendable, CustomStringConvertible {
    /// Milliseconds since 1970 UTC.
    package let milliseconds: Int64
    package let description: String

    /// - Returns: `nil` for anything else, also for a time without a zone, which could be that of any place.
    package init?(argument: String) {
        description = argument
        if argument.allSatisfy(\.isASCIIDigit), let seconds = Int64(argument), seconds < 1 << 40 {
            milliseconds = seconds * 1000
            return
        }
        var text = Scanner(text: Substring(argument))
        guard let year = text.number(4), text.skip("-"), let month = text.number(2), text.skip("-"),
            let day = text.number(2), (1...12).contains(month), day >= 1,
            day <= Moment.days(inMonth: month, of: year)
        else { return nil }
        var seconds = Moment.days(toYear: year, month: month, day: day) * 86_400
        var fraction: Int64 = 0
        if !text.isAtEnd {
            guard text.skip("T") || text.skip("t") || text.skip(" "), let hour = text.number(2),
                text.skip(":"), let minute = text.number(2), hour < 24, minute < 60
            else { return nil }
            seconds += hour * 3600 + minute * 60
            if text.skip(":") {
                guard let second = text.number(2), second < 60 else { return nil }
                seconds += second
                if text.skip(".") {
                    guard let milliseconds = text.milliseconds() else { return nil }
                    fraction = milliseconds
                }
            }
            guard let offset = text.offset(), text.isAtEnd else { return nil }
            seconds -= offset
        }
        milliseconds = seconds * 1000 + fraction
    }

    private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 in the Gregorian calendar, with years that begin in March: leap days are last.
    private static func days(toYear year: Int64, month: Int64, day: Int64) -> Int64 {
        let (year, month) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469
    }

    private struct Scanner {
        var text: Substring

        var isAtEnd: Bool { text.isEmpty }

        mutating func skip(_ character: Character) -> Bool {
            guard text.first == character else { return false }
            text.removeFirst()
            return true
        }

        mutating func number(_ digits: Int) -> Int64? {
            let part = text.prefix(digits)
            guard part.count == digits, part.allSatisfy(\.isASCIIDigit) else { return nil }
            text.removeFirst(digits)
            return Int64(part)
        }

        mutating func milliseconds() -> Int64? {
            let digits = text.prefix(while: \.isASCIIDigit)
            guard !digits.isEmpty, digits.count <= 9 else { return nil }
            text.removeFirst(digits.count)
            return Int64((digits + "00").prefix(3))
        }

        /// Seconds east of UTC.
        mutating func offset() -> Int64? {
            if skip("Z") || skip("z") { return 0 }
            let sign: Int64
            if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
            guard let hours = number(2), hours < 24 else { return nil }
            _ = skip(":")
            guard let minutes = isAtEnd ? 0 : number(2), minutes < 60 else { return nil }
            return sign * (hours * 3600 + minutes * 60)
        }
    }
}
