/// What a connection is for. A page of keys does not wait behind a thousand commands on keys.
package enum ConnectionUse: Hashable, Sendable {
    /// Names of keys, and what nodes say about themselves and the cluster.
    case reading
    /// Commands on keys.
    case commands
    /// The watch with this number, and nothing else.
    case watching(Int)
}

/// Which connections there are, and what to do when one is wanted: decisions of ``ConnectionPool`` without a
/// socket.
///
/// A node has at most one connection for each ``ConnectionUse``, also while it is being opened.
package struct ConnectionTable<Connection, Opening> {
    package struct Place: Hashable, Sendable {
        package let address: NodeAddress
        package let use: ConnectionUse

        package init(_ address: NodeAddress, _ use: ConnectionUse) {
            self.address = address
            self.use = use
        }
    }

    package enum Decision {
        /// It is open.
        case take(Connection)
        /// It is being opened, by an earlier call.
        case wait(Opening)
        /// The caller opens it, and says so with ``opening(_:at:)`` at once.
        case open
        /// The table is closed.
        case refuse
    }

    private enum Entry {
        case opening(Opening)
        case open(Connection)
    }

    private var entries: [Place: Entry] = [:]
    /// Places whose connections outlive the streams that use them.
    private var kept: Set<Place> = []
    /// Streams under way.
    private var streams = 0
    private var isClosed = false
    /// Addresses at which no connection could be opened the last time.
    package private(set) var silent: Set<NodeAddress> = []

    package init() {}

    /// A connection that is there already, whether it is still open or not.
    package func connection(at place: Place) -> Connection? {
        guard case .open(let connection)? = entries[place] else { return nil }
        return connection
    }

    /// Decides what the caller does to get a connection.
    ///
    /// - Parameters:
    ///   - place: Where to, and what for.
    ///   - isKept: Whether it is to stay open when no stream is under way.
    ///   - isOpen: Whether a connection can still be used.
    /// - Returns: What to do.
    package mutating func claim(_ place: Place, isKept: Bool, isOpen: (Connection) -> Bool) -> Decision {
        if isClosed { return .refuse }
        if isKept { kept.insert(place) }
        switch entries[place] {
        case .open(let connection) where isOpen(connection): return .take(connection)
        case .opening(let opening): return .wait(opening)
        case .open, nil: return .open
        }
    }

    /// A connection is being opened.
    package mutating func opening(_ opening: Opening, at place: Place) {
        entries[place] = .opening(opening)
    }

    /// A connection was opened.
    ///
    /// - Returns: Whether it is still wanted; the caller closes it otherwise.
    package mutating func opened(_ connection: Connection, at place: Place) -> Bool {
        silent.remove(place.address)
        guard !isClosed, streams > 0 || kept.contains(place) else {
            entries[place] = nil
            return false
        }
        entries[place] = .open(connection)
        return true
    }

    /// A connection could not be opened.
    package mutating func failed(at place: Place) {
        silent.insert(place.address)
        entries[place] = nil
    }

    /// A stream begins.
    package mutating func streamBegan() {
        streams += 1
    }

    /// A stream has ended.
    ///
    /// - Returns: The connections that no call needs any more; the caller closes them.
    package mutating func streamEnded() -> [Connection] {
        streams -= 1
        guard streams == 0 else { return [] }
        let kept = kept
        return remove { place, _ in !kept.contains(place) }
    }

    /// Hands out no connection any more.
    ///
    /// - Returns: All connections; the caller closes them.
    package mutating func close() -> [Connection] {
        isClosed = true
        return remove { _, _ in true }
    }

    /// Forgets open connections.
    ///
    /// - Parameter isUnwanted: Which of them.
    /// - Returns: These connections; the caller closes them.
    package mutating func remove(where isUnwanted: (Place, Connection) -> Bool) -> [Connection] {
        var removed: [Connection] = []
        for (place, entry) in entries {
            guard case .open(let connection) = entry, isUnwanted(place, connection) else { continue }
            entries[place] = nil
            removed.append(connection)
        }
        return removed
    }
}
