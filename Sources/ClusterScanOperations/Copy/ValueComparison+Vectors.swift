import ClusterScan

extension ValueComparison {
    /// Compares vector sets by their elements: as they are serialised, equal ones differ, since neighbours
    /// are found by chance when they are loaded.
    ///
    /// - Parameter pair: The key on either side.
    /// - Returns: Whether they are alike.
    /// - Throws: `ClusterScanError` if nodes are out of reach or do not permit a command.
    func compareVectors(of pair: Pair) async throws -> ValueVerdict {
        let (here, there) = try await both([pair], "VCARD")
        guard let count = here.first?.integer, let copied = there.first?.integer else {
            return .unknown(here.first?.trouble ?? there.first?.trouble ?? "VCARD gives no length")
        }
        guard count == copied else { return .different("its length is \(count) here, \(copied) there") }
        // As many different elements as there are: all of them.
        let question = KeyCommand(
            "VRANDMEMBER",
            key: pair.key,
            .text("\(count)"),
            isRepeatable: true
        )
        let answer = try await source.scanner.answer(to: question, options: options)
        guard let members = answer.value?.array?.compactMap(\.bytes) else {
            return .unknown(answer.trouble ?? "VRANDMEMBER names no elements")
        }
        let atOnce = 100
        for start in stride(from: 0, to: members.count, by: atOnce) {
            let part = members[start..<min(start + atOnce, members.count)]
            let pairs = Array(repeating: pair, count: part.count)
            for name in ["VEMB", "VGETATTR"] {
                let (here, there) = try await both(pairs) { index, key in
                    KeyCommand(name, key: key, [part[start + index]], isRepeatable: true)
                }
                for (one, other) in zip(here, there) {
                    guard let value = one.value, let copy = other.value else {
                        return .unknown(one.trouble ?? other.trouble ?? "\(name) gives no answer")
                    }
                    guard value == copy else { return .different("its elements differ") }
                }
            }
        }
        return .alike
    }
}
