/// Names of keys where there is little room.
package enum NameText {
    /// So many characters at most, the middle left out.
    package static func shortened(_ text: String, to width: Int) -> String {
        guard text.count > width, width > 1 else { return text }
        let tail = (width - 1) / 3
        return String(text.prefix(width - 1 - tail)) + "…" + String(text.suffix(tail))
    }
}
