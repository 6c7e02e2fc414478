import ClusterScan

/// What values take in their server's memory, so that many small ones travel together and a large one alone.
package enum KeySizes {
    /// What a value is thought to take whose size the server does not tell, as the user may not ask.
    static let assumed = 256 << 10

    static func command(for key: [UInt8]) -> KeyCommand {
        KeyCommand("MEMORY USAGE", key: key, isRepeatable: true)
    }

    /// - Returns: `nil` if the server does not tell: the command is not permitted, or not known.
    static func size(_ reply: KeyReply) -> Int? {
        guard case .value(.integer(let size)) = reply else { return nil }
        return Int(clamping: size)
    }

    /// Reads the sizes in bytes, in the order of the keys; 0 for a key that is not there.
    static func read(
        of keys: [[UInt8]],
        at scanner: ClusterScanner,
        options: CommandOptions
    ) async throws -> [Int] {
        try await scanner.answers(
            to: keys.map(command),
            options: options,
            toleratingNoPermission: true
        ).map { answer in
            if answer.value == .null { return 0 }
            return answer.integer.map { Int(clamping: $0) } ?? assumed
        }
    }

    /// Cuts a list into runs of at most so many bytes, or of one element.
    ///
    /// - Parameters:
    ///   - sizes: The sizes of the elements, in their order.
    ///   - limit: How many bytes a run may have.
    /// - Returns: The runs, which together are the whole list.
    package static func runs(of sizes: [Int], atMost limit: Int) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var (first, sum) = (0, 0)
        for (index, size) in sizes.enumerated() {
            if index > first, size > limit - sum {
                runs.append(first..<index)
                (first, sum) = (index, 0)
            }
            sum += min(size, limit)
        }
        if first < sizes.count { runs.append(first..<sizes.count) }
        return runs
    }
}
