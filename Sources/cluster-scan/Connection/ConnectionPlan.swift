import ArgumentParser
package import ClusterScan

/// What several URLs and options say together: where to begin, and as whom.
package struct ConnectionPlan: Sendable {
    package var seeds: [NodeAddress]
    package var username: String?
    package var password: String?
    package var database: Int

    /// Brings together what was said.
    ///
    /// - Parameters:
    ///   - urls: The URLs; none for the default address.
    ///   - user: The user named by an option.
    /// - Throws: `ValidationError` if a URL is wrong, or they contradict each other.
    package init(urls: [String], user: String?) throws {
        var all: [ServerURL] = []
        for text in urls {
            do throws(ServerURL.Problem) {
                all.append(try ServerURL(text))
            } catch {
                throw ValidationError(error.description)
            }
        }
        seeds =
            all.isEmpty ? [NodeAddress(host: "127.0.0.1", port: ServerURL.defaultPort)] : all.map(\.address)
        username = try ConnectionPlan.one("user names", all.map(\.username) + [user])
        password = try ConnectionPlan.one("passwords", all.map(\.password))
        database = try ConnectionPlan.one("databases", all.map(\.database)) ?? 0
    }

    /// The one value on which all that say anything agree.
    private static func one<Value: Hashable>(_ what: String, _ values: [Value?]) throws -> Value? {
        let different = Set(values.compactMap { $0 })
        guard different.count <= 1 else {
            throw ValidationError(
                "the URLs and options give different \(what); all nodes of a cluster are asked with "
                    + "the same, so give it once"
            )
        }
        return different.first
    }
}
