/// Amounts of memory as people read them.
package enum ByteText {
    /// `950 B`, `12.3 KiB`, `2.71 GiB`.
    package static func text(_ bytes: Double) -> String {
        guard bytes.isFinite else { return "?" }
        var rest = bytes
        for unit in [" B", " KiB", " MiB", " GiB"] {
            if rest < 1023.5 {
                let decimals = unit == " B" || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2
                return NumberText.fixed(rest, decimals: decimals) + unit
            }
            rest /= 1024
        }
        return NumberText.fixed(rest, decimals: rest >= 99.95 ? 0 : 1) + " TiB"
    }

    /// The same; `-` for what is not known.
    package static func text(_ bytes: UInt64?) -> String {
        bytes.map { text(Double($0)) } ?? "-"
    }
}

/// Shares as people read them.
package enum ShareText {
    /// `12.3 %`, `<0.1 %`; `-` for what is not known.
    package static func text(_ share: Double?) -> String {
        guard let share, share.isFinite else { return "-" }
        let percent = share * 100
        if percent > 0, percent < 0.1 { return "<0.1 %" }
        return NumberText.fixed(percent, decimals: percent >= 99.95 ? 0 : 1) + " %"
    }
}

/// Names of keys where there is little room.
package enum NameText {
    /// So many characters at most, the middle left out.
    package static func shortened(_ text: String, to width: Int) -> String {
        guard text.count > width, width > 1 else { return text }
        let tail = (width - 1) / 3
        return String(text.prefix(width - 1 - tail)) + "…" + String(text.suffix(tail))
    }
}
