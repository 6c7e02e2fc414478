import ClusterScan
import Hummingbird

/// What the environment says. `README.md` has a table.
struct Settings: Sendable {
    let seeds: [NodeAddress]
    let connection: ConnectionConfiguration
    let host: String
    let port: Int
    /// How long a page may go on looking for keys before it is sent as it is.
    let pageTime: Duration
    /// How long a request for a page may take in all.
    let requestTime: Duration
    /// How long slots may be out of reach before a page, or an export, gives up.
    let pagePatience: Duration
    let exportPatience: Duration
    /// How long the client of an export may go without reading anything.
    let stallTime: Duration
    let maximumExports: Int
    let maximumConnections = 1024
    let maximumLimit = 10_000
    let maximumPatternBytes = 1024

    struct Invalid: Error {
        let message: String
    }

    init(_ environment: Environment) throws(Invalid) {
        guard let text = environment.get("REDIS_SEEDS"), !text.isEmpty else {
            throw Invalid(
                message: "REDIS_SEEDS is not set: give it HOST:PORT of any nodes, with commas between"
            )
        }
        var seeds: [NodeAddress] = []
        for item in text.split(separator: ",") {
            guard let colon = item.lastIndex(of: ":"), colon > item.startIndex,
                let port = UInt16(item[item.index(after: colon)...])
            else {
                throw Invalid(message: "REDIS_SEEDS: \(item) is not HOST:PORT")
            }
            // IPv6 addresses stand in brackets here.
            let host = item[..<colon].drop { $0 == "[" }.prefix { $0 != "]" }
            seeds.append(NodeAddress(host: String(host), port: Int(port)))
        }
        self.seeds = seeds
        connection = ConnectionConfiguration(
            username: environment.get("REDIS_USERNAME"),
            password: environment.get("REDISCLI_AUTH"),
            // A request does not wait long for one server: its deadline has to hold for several of them.
            connectTimeout: .seconds(2),
            commandTimeout: .seconds(2),
            clientName: "key-service"
        )
        host = environment.get("HOST") ?? "127.0.0.1"
        port = try Self.number("PORT", in: environment, 0...65535) ?? 8080
        pageTime = try Self.time("PAGE_MS", in: environment) ?? .milliseconds(500)
        requestTime = try Self.time("REQUEST_MS", in: environment) ?? .seconds(10)
        pagePatience = try Self.time("PAGE_PATIENCE_MS", in: environment) ?? .seconds(3)
        exportPatience = try Self.time("EXPORT_PATIENCE_MS", in: environment) ?? .seconds(60)
        stallTime = try Self.time("EXPORT_STALL_MS", in: environment) ?? .seconds(60)
        maximumExports = try Self.number("MAXIMUM_EXPORTS", in: environment, 1...1000) ?? 4
    }

    private static func time(_ name: String, in environment: Environment) throws(Invalid) -> Duration? {
        try number(name, in: environment, 1...86_400_000).map { .milliseconds($0) }
    }

    private static func number(
        _ name: String,
        in environment: Environment,
        _ range: ClosedRange<Int>
    ) throws(Invalid) -> Int? {
        guard let text = environment.get(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw Invalid(message: "\(name) is not a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
