extension ClusterScanner {
    /// Reads the members of a set.
    ///
    /// Members present throughout are returned at least once, also when the key's slot moves or its primary
    /// fails over meanwhile: the set is then read again from its beginning. A key that does not exist has
    /// no members.
    ///
    /// - Parameters:
    ///   - key: The name of the key; any bytes.
    ///   - pattern: Only members that match this glob.
    ///   - count: About how many members the server looks at for one page.
    /// - Returns: A sequence of members that can be iterated once.
    public func sscan(
        _ key: some Sequence<UInt8>,
        match pattern: GlobPattern? = nil,
        count: Int = 1000
    ) -> ScanMembers<[UInt8]> {
        members("SSCAN", key, pattern, count) { page in page.compactMap(\.bytes) }
    }

    /// Reads the fields of a hash with their values.
    ///
    /// The promise is that of ``sscan(_:match:count:)``.
    ///
    /// - Parameters:
    ///   - key: The name of the key; any bytes.
    ///   - pattern: Only fields that match this glob.
    ///   - count: About how many fields the server looks at for one page.
    /// - Returns: A sequence of fields and values that can be iterated once.
    public func hscan(
        _ key: some Sequence<UInt8>,
        match pattern: GlobPattern? = nil,
        count: Int = 1000
    ) -> ScanMembers<(field: [UInt8], value: [UInt8])> {
        members("HSCAN", key, pattern, count) { page in
            stride(from: 0, to: page.count - 1, by: 2).compactMap { index in
                guard let field = page[index].bytes, let value = page[index + 1].bytes else { return nil }
                return (field, value)
            }
        }
    }

    /// Reads the fields of a hash without their values (`HSCAN … NOVALUES`; on servers before Redis 7.4 and
    /// Valkey 8.0 the values travel and are dropped here).
    ///
    /// The promise is that of ``sscan(_:match:count:)``.
    ///
    /// - Parameters:
    ///   - key: The name of the key; any bytes.
    ///   - pattern: Only fields that match this glob.
    ///   - count: About how many fields the server looks at for one page.
    /// - Returns: A sequence of fields that can be iterated once.
    public func hscanFields(
        _ key: some Sequence<UInt8>,
        match pattern: GlobPattern? = nil,
        count: Int = 1000
    ) -> ScanMembers<[UInt8]> {
        members("HSCAN", key, pattern, count, withoutValues: true) { page in page.compactMap(\.bytes) }
    }

    /// Reads the members of a sorted set with their scores.
    ///
    /// The promise is that of ``sscan(_:match:count:)``.
    ///
    /// - Parameters:
    ///   - key: The name of the key; any bytes.
    ///   - pattern: Only members that match this glob.
    ///   - count: About how many members the server looks at for one page.
    /// - Returns: A sequence of members and scores that can be iterated once.
    public func zscan(
        _ key: some Sequence<UInt8>,
        match pattern: GlobPattern? = nil,
        count: Int = 1000
    ) -> ScanMembers<(member: [UInt8], score: Double)> {
        members("ZSCAN", key, pattern, count) { page in
            stride(from: 0, to: page.count - 1, by: 2).compactMap { index in
                guard let member = page[index].bytes, let score = page[index + 1].string.flatMap(Double.init)
                else {
                    return nil
                }
                return (member, score)
            }
        }
    }

    /// Reads a collection of any type in pages, each with a cursor that any process can go on from.
    ///
    /// Sets, hashes and sorted sets: the promise is that of ``sscan(_:match:count:)``; where a page comes from
    /// another server process than the one that gave the cursor, the collection is read again from its
    /// beginning, and ``MemberPage/hasStartedOver`` says so. Lists are read by index and streams by id:
    /// entries of a stream are returned once; of a list that is changed at its head meanwhile, elements may
    /// come twice or be missed, as with every `LRANGE`.
    ///
    /// ```swift
    /// for try await page in scanner.memberPages(of: "online".utf8) {
    ///     handle(page.members)
    ///     checkpoint = page.cursor.description
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - key: The name of the key; any bytes.
    ///   - cursor: ``MemberCursor/start``, or the cursor of an earlier page of the same key and pattern.
    ///   - pattern: Only members, fields or elements that match this glob. Streams have none to match.
    ///   - withValues: Whether to read the values of hashes and the fields of streams.
    ///   - count: About how many members the server looks at for one page.
    ///   - patience: How long the key may stay out of reach, for example during a failover.
    /// - Returns: A sequence of pages that can be iterated once.
    public func memberPages(
        of key: some Sequence<UInt8>,
        from cursor: MemberCursor = .start,
        match pattern: GlobPattern? = nil,
        withValues: Bool = true,
        count: Int = 1000,
        patience: Duration = .seconds(60)
    ) -> MemberPages {
        let key = Array(key)
        return MemberPages(
            CollectionReader(
                key,
                from: cursor,
                match: pattern,
                withValues: withValues,
                count: max(1, count),
                follower: KeyFollower(key, pages: pages, patience: patience)
            )
        )
    }

    private func members<Element: Sendable>(
        _ verb: String,
        _ key: some Sequence<UInt8>,
        _ pattern: GlobPattern?,
        _ count: Int,
        withoutValues: Bool = false,
        transform: @escaping @Sendable ([RESPValue]) -> [Element]
    ) -> ScanMembers<Element> {
        let request = MemberScan.Request(
            verb: verb,
            key: Array(key),
            pattern: pattern,
            count: max(1, count),
            withoutValues: withoutValues
        )
        return ScanMembers(MemberScan(request, pages: pages), transform: transform)
    }
}
