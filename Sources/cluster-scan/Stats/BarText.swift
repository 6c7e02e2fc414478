/// A share as a bar of characters.
package struct BarText {
    package let width: Int
    /// Eighths of a block, where the output can show them; otherwise `#`.
    package let usesBlocks: Bool

    package init(width: Int, usesBlocks: Bool) {
        self.width = max(1, width)
        self.usesBlocks = usesBlocks
    }

    /// Draws a bar.
    ///
    /// - Parameter share: From 0 to 1. Something above 0 is never shown as nothing.
    /// - Returns: At most as many characters as the bar is wide.
    package func text(_ share: Double?) -> String {
        guard var share, share.isFinite, share > 0 else { return "" }
        share = min(share, 1)
        guard usesBlocks else {
            return String(repeating: "#", count: max(1, Int((share * Double(width)).rounded())))
        }
        let eighths = max(1, Int((share * Double(width * 8)).rounded()))
        let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        return String(repeating: "█", count: eighths / 8) + rest
    }
}
