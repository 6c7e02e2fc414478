/// What values take in their server's memory, so that no more of them is asked for than fits here.
package struct KeySizes: Sendable {
    /// What an unknown value is taken for: a server may refuse `MEMORY USAGE` to the user.
    private static let assumed = 64 << 10

    /// Reads the sizes in bytes, in the order of the keys; 0 for a key that is not there.
    static func read(
        of keys: [[UInt8]],
        at scanner: ClusterScanner,
        preferring node: ClusterNode? = nil,
        options: CommandOptions
    ) async throws -> [Int] {
        try await scanner.answers(
            to: keys.map { KeyCommand("MEMORY USAGE", key: $0, isRepeatable: true) },
            preferring: node,
            options: options,
            toleratingNoPermission: true
        ).map { answer in
            if answer.value == .null { return 0 }
            return answer.integer.map { Int(clamping: $0) } ?? assumed
        }
    }

    /// Divides positions into groups whose sizes add up to no more than a limit; what is larger stands alone.
    package static func groups(_ sizes: [Int], limit: Int) -> [[Int]] {
        var groups: [[Int]] = []
        var sum = 0
        for (index, size) in sizes.enumerated() {
            if groups.isEmpty || sum + size > limit {
                groups.append([])
                sum = 0
            }
            groups[groups.count - 1].append(index)
            sum += size
        }
        return groups
    }
}
