package import ScanCore

/// What a configuration file says about one cluster, and how to treat it.
package struct Profile: Sendable {
    package var urls: [String] = []
    package var user: String?
    package var password: PasswordSource?
    package var addressRules: [AddressMapRule] = []
    package var connectTimeout: TimeSpan?
    package var commandTimeout: TimeSpan?
    package var count: Quantity?
    package var latencyBudget: TimeSpan?
    package var maxKeysPerSecond: Quantity?
    package var maxCallsPerSecond: Quantity?
    package var maxNodes: Quantity?
    package var patience: TimeSpan?
    package var replicas: Bool?
    package var security = SecuritySettings()
    /// Whether the user asked for this very profile, rather than for none.
    package var isNamed = false

    package init() {}

    /// Every setting that a file may have, for messages.
    package static let settings = [
        "url", "user", "password", "password-file", "password-command", "connect-timeout", "command-timeout",
        "count", "latency-budget", "max-keys-per-second", "max-calls-per-second", "max-nodes", "patience",
        "replicas", "map", "tls", "cacert", "cacertdir", "cert", "key", "key-passphrase-file", "sni",
        "host-check",
        "insecure",
    ]

    /// Takes one setting.
    ///
    /// - Throws: ``Problem`` if there is no such setting, or its value is wrong.
    package mutating func set(_ name: String, to value: String) throws(Problem) {
        switch name {
        case "url":
            urls = value.split { $0.isWhitespace || $0 == "," }.map(String.init)
            for url in urls {
                do throws(ServerURL.Problem) {
                    _ = try ServerURL(url)
                } catch {
                    throw Problem(words: error.description)
                }
            }
        case "user": user = value
        case "password": password = .given(value)
        case "password-file": password = .file(value)
        case "password-command": password = .command(value)
        case "map":
            do throws(AddressMapRule.Problem) {
                addressRules = try AddressMapRule.list(value)
            } catch {
                throw Problem(words: error.description)
            }
        case "connect-timeout": connectTimeout = try Self.time(value)
        case "command-timeout": commandTimeout = try Self.time(value)
        case "count": count = try Self.quantity(value)
        case "latency-budget": latencyBudget = try Self.time(value)
        case "max-keys-per-second": maxKeysPerSecond = try Self.quantity(value)
        case "max-calls-per-second": maxCallsPerSecond = try Self.quantity(value)
        case "max-nodes": maxNodes = try Self.quantity(value)
        case "patience": patience = try Self.time(value)
        case "replicas": replicas = try Self.yesOrNo(value)
        case "tls": security.tls = try Self.yesOrNo(value)
        case "cacert": security.authorityFile = value
        case "cacertdir": security.authorityFolder = value
        case "cert": security.certificate = value
        case "key": security.key = value
        case "key-passphrase-file": security.passphrase = .file(value)
        case "sni": security.serverName = value
        case "host-check": security.checksHost = try Self.yesOrNo(value)
        case "insecure": security.isInsecure = try Self.yesOrNo(value)
        default:
            throw Problem(
                words: "there is no such setting; there are " + Self.settings.joined(separator: ", ")
            )
        }
    }

    private static func yesOrNo(_ value: String) throws(Problem) -> Bool {
        switch value {
        case "yes", "true": return true
        case "no", "false": return false
        default: throw Problem(words: "write yes or no")
        }
    }

    private static func time(_ value: String) throws(Problem) -> TimeSpan {
        guard let time = TimeSpan(argument: value) else {
            throw Problem(words: "'\(value)' is no time; write 500ms, 2s, 1m")
        }
        return time
    }

    private static func quantity(_ value: String) throws(Problem) -> Quantity {
        guard let quantity = Quantity(argument: value) else {
            throw Problem(words: "'\(value)' is no number above 0; write 500, 10k, 2M")
        }
        return quantity
    }

    /// What is wrong with a setting.
    package struct Problem: Error {
        package let words: String
    }
}
