/// The members of one collection. Can be iterated once.
public struct ScanMembers<Element: Sendable>: AsyncSequence, Sendable {
    private let reader: CollectionReader
    private let transform: @Sendable (Member) -> Element?
    private let precondition = SingleIteration()

    init(_ reader: CollectionReader, transform: @escaping @Sendable (Member) -> Element?) {
        self.reader = reader
        self.transform = transform
    }

    /// Begins the iteration. A second call is a programming error and traps.
    ///
    /// - Returns: The iterator.
    public func makeAsyncIterator() -> Iterator {
        precondition.begin()
        return Iterator(reader: reader, transform: transform)
    }

    /// Hands out members page by page, asking for the next page when one is used up.
    public struct Iterator: AsyncIteratorProtocol {
        private var reader: CollectionReader
        private let transform: @Sendable (Member) -> Element?
        private var ready: ArraySlice<Element> = []

        init(reader: CollectionReader, transform: @escaping @Sendable (Member) -> Element?) {
            self.reader = reader
            self.transform = transform
        }

        /// Waits for the next member.
        ///
        /// - Returns: `nil` after the last.
        /// - Throws: ``ClusterScanError``, also if the key holds another type, or `CancellationError`.
        public mutating func next() async throws -> Element? {
            while ready.isEmpty {
                guard let page = try await reader.nextPage() else { return nil }
                ready = page.members.compactMap(transform)[...]
            }
            return ready.popFirst()
        }
    }
}
