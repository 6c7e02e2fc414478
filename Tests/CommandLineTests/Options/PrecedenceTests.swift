import ClusterScan
import Testing
import cluster_scan

@Suite("Options, then variables, then the profile")
struct PrecedenceTests {
    private func plan(
        _ urls: [String] = [],
        user: String? = nil,
        file: String? = nil,
        _ environment: [String: String] = [:],
        _ settings: [String: String] = [:],
        named: Bool = false
    ) throws -> ConnectionPlan {
        var profile = Profile()
        for (name, value) in settings { try profile.set(name, to: value) }
        profile.isNamed = named
        return try ConnectionPlan(
            urls: urls,
            user: user,
            passwordFile: file,
            environment: { environment[$0] },
            profile: profile
        )
    }

    private static let profile = ["url": "p:1,q:1", "user": "reader", "password-command": "pass"]

    @Test("addresses come from one place")
    func addresses() throws {
        let variables = ["CLUSTER_SCAN_URL": "redis://e:1/3 f:2"]
        #expect(try plan(["o:1"], variables, Self.profile).seeds.map(\.host) == ["o"])
        #expect(try plan(variables, Self.profile).seeds.map(\.host) == ["e", "f"])
        #expect(try plan(variables, Self.profile).database == 3)
        #expect(try plan([:], Self.profile).seeds.map(\.host) == ["p", "q"])
        #expect(try plan(["CLUSTER_SCAN_URL": ""]).seeds.map(\.host) == ["127.0.0.1"])
    }

    private func plan(
        _ environment: [String: String],
        _ settings: [String: String] = [:],
        named: Bool = false
    ) throws -> ConnectionPlan {
        try plan([], user: nil, file: nil, environment, settings, named: named)
    }

    @Test("the user and the password of a profile go with its servers")
    func credentials() throws {
        let own = try plan([:], Self.profile)
        #expect(own.username == "reader" && own.passwordSource == .command("pass"))
        // Not to whatever address a command line or a variable names …
        for other in [
            try plan(["o:1"], [:], Self.profile), try plan(["CLUSTER_SCAN_URL": "e:1"], Self.profile),
        ] {
            #expect(other.username == nil && other.password == nil && other.passwordSource == nil)
        }
        // … unless the user asks for that very profile.
        let asked = try plan(["o:1"], [:], Self.profile, named: true)
        #expect(asked.username == "reader" && asked.passwordSource == .command("pass"))
    }

    @Test("a password is not used for another user than its own")
    func otherUser() throws {
        let other = try plan([], user: "admin", [:], Self.profile)
        #expect(other.username == "admin" && other.passwordSource == nil)
        let variable = try plan(["CLUSTER_SCAN_USER": "admin"], Self.profile)
        #expect(variable.username == "admin" && variable.passwordSource == nil)
        let url = try plan(["CLUSTER_SCAN_URL": "redis://u:p@e:1", "CLUSTER_SCAN_USER": "admin"])
        #expect(url.username == "admin" && url.password == nil)
    }

    @Test("passwords: URL or file of the command line, REDISCLI_AUTH, URL of the variable, profile")
    func passwords() throws {
        let auth = ["REDISCLI_AUTH": "auth"]
        #expect(try plan(["redis://u:p@o:1"], auth, Self.profile).password == "p")
        #expect(try plan(["o:1"], file: "f", auth).passwordSource == .file("f"))
        #expect(try plan(["o:1"], auth, Self.profile).password == "auth")
        #expect(try plan(auth, Self.profile).passwordSource == nil)
        #expect(try plan(["CLUSTER_SCAN_URL": "redis://u:p@e:1"]).password == "p")
        #expect(try plan([:], ["url": "redis://u:p@h:1"]).password == "p")
    }

    @Test(
        "the line end of a secret that was made by 'echo' or on Windows is no part of it",
        arguments: ["\n", "\r\n"]
    )
    func lineEnds(end: String) throws {
        #expect(try plan(["o:1"], ["REDISCLI_AUTH": "auth" + end]).password == "auth")
        // A password in a URL is written on purpose.
        #expect(try plan(["redis://:a%0A@o:1"]).password == "a\n")
        var options = SecuritySettings()
        (options.certificate, options.authorityFile) = ("c", "ca")
        let security = SecurityPlan(
            options: options,
            urlSaysTLS: true,
            environment: { [Environment.keyPassphrase: "phrase" + end][$0] },
            profile: SecuritySettings(),
            isTrusted: true
        )
        #expect(security.settings?.passphrase == .given("phrase"))
    }

    @Test("what a file or a command says may be asked for again; what was given stays")
    func renewable() {
        #expect(PasswordSource.file("f").isRenewable && PasswordSource.command("c").isRenewable)
        #expect(!PasswordSource.given("p").isRenewable)
    }

    @Test("rules for addresses come from one place, and those of a profile go with its servers")
    func addressRules() throws {
        func rules(
            _ urls: [String],
            _ options: [String],
            _ environment: [String: String],
            named: Bool = false
        ) throws
            -> [String]
        {
            var profile = Profile()
            try profile.set("url", to: "p:1")
            try profile.set("map", to: "a=p, b=p")
            profile.isNamed = named
            return try ConnectionPlan(
                urls: urls,
                user: nil,
                addressRules: options.map { try #require(AddressMapRule($0)) },
                environment: { environment[$0] },
                profile: profile
            ).addressRules.map(\.description)
        }
        let variable = ["CLUSTER_SCAN_MAP": "*=e"]
        #expect(try rules([], ["a=o", "b=o"], variable) == ["a=o", "b=o"])
        #expect(try rules([], [], variable) == ["*=e"])
        #expect(try rules([], [], [:]) == ["a=p", "b=p"])
        #expect(try rules(["o:1"], [], [:]) == [])
        #expect(try rules(["o:1"], [], [:], named: true) == ["a=p", "b=p"])
    }

    @Test("a socket is one more address, and as good as a URL")
    func socket() throws {
        let plan = try ConnectionPlan(
            urls: [],
            user: nil,
            socket: "/run/redis.sock",
            environment: { ["CLUSTER_SCAN_URL": "e:1"][$0] },
            profile: Profile()
        )
        #expect(plan.seeds == [NodeAddress(socketPath: "/run/redis.sock")])
        let both = try ConnectionPlan(urls: ["h:1/2"], user: nil, socket: "/s")
        #expect(both.seeds.map(\.description) == ["unix:///s", "h:1"])
        #expect(both.database == 2)
    }
}
