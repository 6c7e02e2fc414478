package import ScanCore

/// Sets of slots as people read them.
package enum SlotText {
    /// The ranges, and how many more there are where they would take more than so many characters.
    package static func ranges(_ slots: SlotSet, atMost width: Int = 60) -> String {
        let all = slots.ranges.map { range in
            range.lowerBound == range.upperBound
                ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
        }
        let whole = all.joined(separator: ",")
        guard whole.count > width else { return whole }
        var shown: [String] = []
        for range in all {
            let rest = " +\(all.count - shown.count - 1)"
            guard (shown + [range]).joined(separator: ",").count + rest.count <= width || shown.isEmpty else {
                break
            }
            shown.append(range)
        }
        let rest = all.count - shown.count
        return shown.joined(separator: ",") + (rest > 0 ? " +\(rest)" : "")
    }

    /// `3 slots (0-1,5)`, or `all 16,384 slots`.
    package static func counted(_ slots: SlotSet) -> String {
        switch slots.count {
        case HashSlot.count: "all \(NumberText.grouped(HashSlot.count)) slots"
        case 0: "no slots"
        case let count: "\(NumberText.counted(count, "slot")) (\(ranges(slots)))"
        }
    }
}
