import ArgumentParser
import ClusterScan

/// Which database, or all that hold keys: `--db 3`, `--db all`.
enum DatabaseChoice: Hashable, ExpressibleByArgument {
    case one(Int)
    case all

    init?(argument: String) {
        if argument == "all" {
            self = .all
        } else if let number = Int(argument), number >= 0 {
            self = .one(number)
        } else {
            return nil
        }
    }

    /// The number, unless all are meant.
    var number: Int? {
        if case .one(let number) = self { number } else { nil }
    }
}

extension ConnectionOptions {
    /// Does the work for every database that holds keys, one after another, until one does not end well. If
    /// none holds keys, the first one is looked at.
    ///
    /// - Parameter body: The work, for these options with one database.
    /// - Throws: What `body` throws; `ClusterScanError` if no node tells which databases there are.
    nonisolated(nonsending) func forEachDatabase(
        _ body: (ConnectionOptions, Int) async throws -> Void
    ) async throws {
        var connection = self
        connection.db = .one(0)
        let found = try await connection.withScanner { try await $0.databases() }.keys.sorted()
        let databases = found.isEmpty ? [0] : found
        for (index, database) in databases.enumerated() {
            connection.db = .one(database)
            do {
                try await body(connection, database)
            } catch {
                let rest = databases[(index + 1)...].map { "db\($0)" }
                if !rest.isEmpty {
                    let console = Console(RunSettings.log)
                    console.warn("ended in db\(database); not looked at: \(rest.joined(separator: ", "))")
                    await console.finish()
                }
                throw error
            }
        }
    }
}
