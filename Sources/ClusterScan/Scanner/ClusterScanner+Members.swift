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
        members(.set, key, pattern, count) { member in
            if case .member(let name) = member { name } else { nil }
        }
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
        members(.hash, key, pattern, count) { member in
            if case .field(let field, let value?) = member { (field, value) } else { nil }
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
        members(.hash, key, pattern, count, withValues: false) { member in
            if case .field(let field, _) = member { field } else { nil }
        }
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
        members(.sortedSet, key, pattern, count) { member in
            if case .scored(let name, let score) = member { (name, score) } else { nil }
        }
    }

    /// Reads a collection of any type in pages, each with a cursor that any process can go on from.
    ///
    /// Sets, hashes and sorted sets: the promise is that of ``sscan(_:match:count:)``; where a page comes
    /// from another server process than the one that gave the cursor, the collection is read again from its
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
        let walk = walk(key, from: cursor, match: pattern, withValues: withValues, count: count)
        return MemberPages(CollectionReader(Array(key), walk: walk, patience: patience, commands: commands))
    }

    private func members<Element: Sendable>(
        _ type: CollectionType,
        _ key: some Sequence<UInt8>,
        _ pattern: GlobPattern?,
        _ count: Int,
        withValues: Bool = true,
        transform: @escaping @Sendable (Member) -> Element?
    ) -> ScanMembers<Element> {
        let walk = walk(key, expecting: type, match: pattern, withValues: withValues, count: count)
        return ScanMembers(
            CollectionReader(Array(key), walk: walk, commands: commands),
            transform: transform
        )
    }

    private func walk(
        _ key: some Sequence<UInt8>,
        from cursor: MemberCursor = .start,
        expecting type: CollectionType? = nil,
        match pattern: GlobPattern?,
        withValues: Bool,
        count: Int
    ) -> Result<CollectionWalk, ClusterScanError> {
        Result { () throws(ClusterScanError) in
            try CollectionWalk(
                Array(key),
                from: cursor,
                expecting: type,
                match: pattern,
                withValues: withValues,
                count: count
            )
        }
    }
}
