import ClusterScan

extension SplitMix64 {
    mutating func bytes(from alphabet: some Collection<UInt8>, count: ClosedRange<Int>) -> [UInt8] {
        (0..<Int.random(in: count, using: &self)).compactMap { _ in alphabet.randomElement(using: &self) }
    }
}
