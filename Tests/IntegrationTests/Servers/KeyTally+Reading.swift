import ClusterScan

extension KeyTally {
    /// Reads a stream to its end.
    init(of batches: ScanBatches) async throws {
        for try await batch in batches { add(batch.keys) }
    }

    /// Reads a stream to its end. After so many batches of one node something happens, and no batch is taken
    /// meanwhile.
    init(
        of batches: ScanBatches,
        afterBatches number: Int,
        from address: NodeAddress,
        _ event: () async throws -> Void
    ) async throws {
        var taken = 0
        for try await batch in batches {
            add(batch.keys)
            guard batch.node.address == address else { continue }
            taken += 1
            if taken == number { try await event() }
        }
        guard taken >= number else { throw TooFewBatches(taken: taken) }
    }

    /// Nothing happened: the test would prove nothing.
    struct TooFewBatches: Error {
        let taken: Int
    }

    /// Reads page after page to the end. Cursors travel as text, as they do between processes.
    init(
        pagesOf scanner: ClusterScanner,
        match pattern: GlobPattern? = nil,
        type: KeyType? = nil,
        count: Int? = nil,
        options: ScanOptions = ScanOptions()
    ) async throws {
        var text = "0"
        while true {
            let cursor = try ScanCursor(text)
            let page = try await scanner.scan(
                cursor,
                match: pattern,
                type: type,
                count: count,
                options: options
            )
            add(page.keys)
            if page.cursor.isFinished { return }
            text = page.cursor.description
        }
    }
}
