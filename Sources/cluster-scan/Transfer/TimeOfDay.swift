/// A moment for people, in UTC, as RFC 3339 writes it.
package enum TimeOfDay {
    private static let dayLength: Int64 = 86_400

    package static func text(milliseconds: Int64) -> String {
        let seconds = milliseconds.quotient(by: 1000)
        let days = seconds.quotient(by: dayLength)
        let rest = seconds - days * dayLength
        // Days since 1 March of the year 0, so that leap days come last (Howard Hinnant, chrono dates).
        let shifted = days + 719_468
        let era = shifted.quotient(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(two(month))-\(two(day))T\(two(rest / 3600)):\(two(rest / 60 % 60)):"
            + "\(two(rest % 60))Z"
    }
}

extension Int64 {
    /// Division that rounds down.
    fileprivate func quotient(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
