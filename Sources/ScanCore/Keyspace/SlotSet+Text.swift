extension SlotSet: LosslessStringConvertible {
    /// The slots as ranges the way servers write them, with commas between: `0-5460,6000`.
    public var description: String {
        ranges
            .map { $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }

    /// Reads slots from the form that ``description`` gives.
    ///
    /// The ranges may be in any order and may overlap. Empty text is the empty set. Text of another form, or
    /// with a slot that no cluster has, gives nil.
    ///
    /// - Parameter description: slots and ranges of slots with commas between, without spaces.
    public init?(_ description: String) {
        self.init()
        guard !description.isEmpty else { return }
        for item in description.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let ends = item.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
            guard let low = ends.first.flatMap(HashSlot.init(digits:)),
                let high = ends.last.flatMap(HashSlot.init(digits:)),
                ends.count <= 2, low <= high
            else { return nil }
            insert(low...high)
        }
    }
}

extension HashSlot {
    fileprivate init?(digits: Substring.UTF8View) {
        guard let number = UInt16(decimalDigits: digits) else { return nil }
        self.init(rawValue: number)
    }
}
