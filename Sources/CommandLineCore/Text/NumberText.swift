/// Numbers as people read them.
package enum NumberText {
    /// `1234567` as `1,234,567`.
    package static func grouped(_ number: some BinaryInteger) -> String {
        let digits = String(number.magnitude)
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// A number of things, as in `1 key` or `2,000 keys`.
    package static func counted(_ number: some BinaryInteger, _ noun: String) -> String {
        "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    /// A number of things whose plural is not made by an "s".
    package static func counted(_ number: some BinaryInteger, _ one: String, _ many: String) -> String {
        "\(grouped(number)) \(number == 1 ? one : many)"
    }

    /// A number with so many decimals, rounded.
    package static func fixed(_ number: Double, decimals: Int) -> String {
        guard number.isFinite, abs(number) < 1e15 else { return "?" }
        let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = Int((number * scale).rounded())
        guard decimals > 0 else { return String(scaled) }
        let fraction = String(scaled.magnitude % UInt(scale))
        return (scaled < 0 ? "-" : "") + String(scaled.magnitude / UInt(scale)) + "."
            + String(repeating: "0", count: decimals - fraction.utf8.count) + fraction
    }

    /// Three digits and a unit: `950`, `12.3 k`, `2.71 M`.
    package static func compact(_ number: Double) -> String {
        guard number.isFinite else { return "?" }
        var rest = number
        for unit in ["", " k", " M", " G"] {
            if rest < 999.5 || unit == " G" {
                let decimals = unit.isEmpty || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2
                return fixed(rest, decimals: decimals) + unit
            }
            rest /= 1000
        }
        return "?"
    }

    /// `0.35 s`, `12.3 s`, `2 min 5 s`, `1 h 2 min`.
    package static func elapsed(_ duration: Duration) -> String {
        let seconds = duration / .seconds(1)
        if seconds < 9.995 { return fixed(seconds, decimals: 2) + " s" }
        if seconds < 59.95 { return fixed(seconds, decimals: 1) + " s" }
        let whole = Int(seconds.rounded())
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(grouped(whole / 3600)) h \(whole % 3600 / 60) min"
    }

    /// `0:07`, `12:34`, `1:02:03`.
    package static func clock(_ duration: Duration) -> String {
        let (whole, rest) = duration.components
        let seconds = whole + (rest > 0 ? 1 : 0)
        func two(_ number: Int64) -> String { (number < 10 ? "0" : "") + String(number) }
        if seconds < 3600 { return "\(seconds / 60):\(two(seconds % 60))" }
        return "\(seconds / 3600):\(two(seconds % 3600 / 60)):\(two(seconds % 60))"
    }
}
