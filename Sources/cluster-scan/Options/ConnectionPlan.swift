import ArgumentParser
package import ClusterScan

/// What several URLs and options say together: where to begin, and as whom.
package struct ConnectionPlan: Sendable {
    package var seeds: [NodeAddress]
    package var username: String?
    package var password: String?
    package var database: Int
    /// Whether a URL names a database, which may be 0.
    package private(set) var namesDatabase = false
    /// What the URLs say, `nil` for nothing.
    package var usesTLS: Bool?
    /// Whether the settings of the profile that are for its own servers hold for these.
    package private(set) var trustsProfile = false
    /// Where to get the password, if it is not known yet.
    package var passwordSource: PasswordSource?
    /// Where announced addresses are reached.
    package var addressRules: [AddressMapRule] = []

    /// Brings together what was said.
    ///
    /// - Parameters:
    ///   - urls: The URLs; none for the default address.
    ///   - user: The user named by an option.
    ///   - socket: The path of a Unix domain socket, one more address.
    /// - Throws: `ValidationError` if a URL is wrong, or they contradict each other.
    package init(urls: [String], user: String?, socket: String? = nil) throws {
        var all = socket.map { [ServerURL(socketPath: $0)] } ?? []
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
        let database = try ConnectionPlan.one("databases", all.map(\.database))
        self.database = database ?? 0
        namesDatabase = database != nil
        usesTLS = try ConnectionPlan.one("protocols (redis:// and rediss://)", all.map(\.usesTLS))
    }

    /// Brings together what options, environment and profile say, in this order: of each thing the first to
    /// say anything is right.
    ///
    /// Credentials of a profile go to servers that it names, or when the user asks for that profile; not to
    /// whatever address a command line happens to name. A password goes with the user it was given for.
    ///
    /// - Parameters:
    ///   - urls: The URLs of the command line.
    ///   - user: The user named by an option.
    ///   - socket: The path of a Unix domain socket, named by an option.
    ///   - passwordFile: The file named by an option.
    ///   - addressRules: The rules of options.
    ///   - environment: The value of a variable.
    ///   - profile: The profile in force.
    /// - Throws: `ValidationError` if a URL is wrong, or several of one place contradict each other.
    package init(
        urls: [String],
        user: String?,
        socket: String? = nil,
        passwordFile: String? = nil,
        addressRules: [AddressMapRule] = [],
        environment: (String) -> String?,
        profile: Profile
    ) throws {
        func variable(_ name: String) -> String? { environment(name).flatMap { $0.isEmpty ? nil : $0 } }
        let ambient =
            variable("CLUSTER_SCAN_URL")?.split { $0.isWhitespace || $0 == "," }.map(String.init) ?? []
        let options = !urls.isEmpty || socket != nil
        let variables = !options && !ambient.isEmpty
        let usesProfile = !options && !variables
        try self.init(
            urls: options ? urls : variables ? ambient : profile.urls,
            user: options ? user : nil,
            socket: socket
        )
        let named = (user: username, password: password)
        let trusts = usesProfile || profile.isNamed
        let ambientRules = try variable("CLUSTER_SCAN_MAP").map(AddressMapRule.list)
        self.addressRules =
            addressRules.isEmpty ? ambientRules ?? (trusts ? profile.addressRules : []) : addressRules
        trustsProfile = trusts
        let profileUser = trusts ? profile.user ?? (usesProfile ? named.user : nil) : nil
        username =
            user ?? (options ? named.user : nil) ?? variable("CLUSTER_SCAN_USER")
            ?? (variables ? named.user : nil) ?? profileUser
        let isUserOfURL = username == named.user
        password = nil
        if options, let secret = named.password {
            password = secret
        } else if let passwordFile {
            passwordSource = .file(passwordFile)
        } else if let secret = environment("REDISCLI_AUTH") {
            password = PasswordSource.withoutLineEnd(secret)
        } else if variables, isUserOfURL, let secret = named.password {
            password = secret
        } else if trusts, username == profileUser, let source = profile.password {
            passwordSource = source
        } else if usesProfile, isUserOfURL {
            password = named.password
        }
    }

    /// Takes the database that an option names, or, with `nil`, all of them.
    ///
    /// - Throws: `ValidationError` if a URL names another one.
    package mutating func select(_ number: Int?) throws {
        guard !namesDatabase || number == database else {
            throw ValidationError("the URL names database \(database): leave that out, or leave out --db")
        }
        database = number ?? 0
        namesDatabase = true
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
