/// Some members of a collection, and where to go on.
public struct MemberPage: Sendable {
    /// What the page holds; may be none before the end.
    public let members: [Member]
    /// The type of the collection.
    public let type: KeyType
    /// Stands for everything up to and including this page; ``MemberCursor/isFinished`` on the last one.
    public let cursor: MemberCursor
    /// Whether the collection is read again from its beginning from this page on, because another server
    /// process answers than the one that gave the cursor. Members that came before come again.
    public let hasStartedOver: Bool
}

/// The pages of one collection. Can be iterated once.
public struct MemberPages: AsyncSequence, Sendable {
    private let reader: CollectionReader
    private let precondition = SingleIteration()

    init(_ reader: CollectionReader) {
        self.reader = reader
    }

    /// Begins the iteration. A second call is a programming error and traps.
    ///
    /// - Returns: The iterator.
    public func makeAsyncIterator() -> Iterator {
        precondition.begin()
        return Iterator(reader: reader)
    }

    /// Hands out page after page. The next one is asked for when it is wanted, not before.
    public struct Iterator: AsyncIteratorProtocol {
        private var reader: CollectionReader

        init(reader: CollectionReader) {
            self.reader = reader
        }

        /// Waits for the next page.
        ///
        /// - Returns: `nil` after the last.
        /// - Throws: ``ClusterScanError``: `noSuchKey` if there is no such key when the iteration begins or
        ///   goes on, `invalidQuery` if it has no members, `invalidCursor` if the cursor belongs elsewhere;
        ///   or `CancellationError`.
        public mutating func next() async throws -> MemberPage? {
            try await reader.nextPage()
        }
    }
}
