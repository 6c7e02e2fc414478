import ClusterScan

/// Says which databases hold keys that a command does not read, because its URL names no database: those who
/// want all keys would miss them too late.
struct OtherDatabases {
    private let console: Console
    private let answer: AsyncStream<[Int: Int]>
    private let continuation: AsyncStream<[Int: Int]>.Continuation

    /// - Parameters:
    ///   - named: Whether the user has said which database.
    ///   - console: Where it is said.
    init?(named: Bool, _ console: Console) {
        guard !named else { return nil }
        self.console = console
        (answer, continuation) = AsyncStream.makeStream()
    }

    /// Asks the servers, while the command does its work.
    func begin(_ scanner: ClusterScanner) {
        let continuation = continuation
        Task {
            var keys = (try? await scanner.databases()) ?? [:]
            keys[scanner.database] = nil
            continuation.yield(keys)
            continuation.finish()
        }
    }

    /// Says what there is to say; servers that have not answered by now are waited for no longer than this.
    func end() async {
        let keys = await withTaskGroup(of: [Int: Int].self) { group in
            group.addTask { [answer] in await answer.first { _ in true } ?? [:] }
            group.addTask {
                try? await Task.sleep(for: .seconds(1))
                return [:]
            }
            defer { group.cancelAll() }
            return await group.next() ?? [:]
        }
        if let text = Self.text(keys) { console.warn(text) }
    }

    /// The words for the numbers of keys by database; `nil` where there are none.
    static func text(_ keys: [Int: Int]) -> String? {
        guard let first = keys.keys.min() else { return nil }
        let most = 5
        let list = keys.sorted { $0.key < $1.key }.prefix(most).map { database, count in
            "db\(database): \(NumberText.counted(count, "key"))"
        }
        let rest = keys.count > most ? ", and \(keys.count - most) more" : ""
        return
            "other databases hold keys, which are not looked at here (\(list.joined(separator: ", "))\(rest)); "
            + "a URL names a database at its end, as in redis://HOST:PORT/\(first)"
    }
}
