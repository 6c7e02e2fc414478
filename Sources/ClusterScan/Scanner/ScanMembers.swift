/// The members of one collection. Can be iterated once.
public struct ScanMembers<Element: Sendable>: AsyncSequence, Sendable {
    private let scan: MemberScan
    private let transform: @Sendable ([RESPValue]) -> [Element]
    private let precondition = SingleIteration()

    init(_ scan: MemberScan, transform: @escaping @Sendable ([RESPValue]) -> [Element]) {
        self.scan = scan
        self.transform = transform
    }

    /// Begins the iteration. A second call is a programming error and traps.
    ///
    /// - Returns: The iterator.
    public func makeAsyncIterator() -> Iterator {
        precondition.begin()
        return Iterator(scan: scan, transform: transform)
    }

    /// Hands out members page by page, asking for the next page when one is used up.
    public struct Iterator: AsyncIteratorProtocol {
        private var scan: MemberScan
        private let transform: @Sendable ([RESPValue]) -> [Element]
        private var ready: ArraySlice<Element> = []

        init(scan: MemberScan, transform: @escaping @Sendable ([RESPValue]) -> [Element]) {
            self.scan = scan
            self.transform = transform
        }

        /// Waits for the next member.
        ///
        /// - Returns: `nil` after the last.
        /// - Throws: ``ClusterScanError``, also if the key holds another type, or `CancellationError`.
        public mutating func next() async throws -> Element? {
            while ready.isEmpty {
                guard let page = try await scan.nextPage() else { return nil }
                ready = transform(page)[...]
            }
            return ready.popFirst()
        }
    }
}
