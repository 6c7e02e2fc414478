import ArgumentParser
import ClusterScan
import Testing
import cluster_scan

@Suite("What options, variables and profiles say about TLS")
struct SecurityPlanTests {
    private func settings(_ change: (inout SecuritySettings) -> Void) -> SecuritySettings {
        var settings = SecuritySettings()
        change(&settings)
        return settings
    }

    private func plan(
        _ options: SecuritySettings = SecuritySettings(),
        url: Bool? = nil,
        _ environment: [String: String] = [:],
        _ lines: KeyValuePairs<String, String> = [:],
        trusted: Bool = true
    ) throws -> SecuritySettings? {
        var profile = Profile()
        for (name, value) in lines { try profile.set(name, to: value) }
        return SecurityPlan(
            options: options,
            urlSaysTLS: url,
            environment: { environment[$0] },
            profile: profile.security,
            isTrusted: trusted
        ).settings
    }

    @Test("TLS is what somebody asks for, in words or by what means nothing without it")
    func whether() throws {
        #expect(try plan() == nil)
        #expect(try plan(url: true) != nil)
        #expect(try plan(settings { $0.tls = true }) != nil)
        #expect(try plan(settings { $0.authorityFile = "ca" }) != nil)
        #expect(try plan(settings { $0.isInsecure = true }) != nil)
        #expect(try plan(["CLUSTER_SCAN_CACERT": "ca"]) != nil)
        #expect(try plan(["CLUSTER_SCAN_CACERT": ""]) == nil)
        #expect(try plan([:], ["tls": "yes"]) != nil)
        #expect(try plan([:], ["cacert": "ca"]) != nil)
        #expect(try plan([:], ["cacert": "ca", "tls": "no"]) == nil)
        #expect(try plan([:], ["insecure": "no", "host-check": "yes"]) == nil)
        // A URL is more exact than what is set for all.
        #expect(try plan(url: false, [:], ["tls": "yes"]) == nil)
        #expect(try plan(url: false, ["CLUSTER_SCAN_CACERT": "ca"]) == nil)
        // An option comes before a URL of the environment.
        #expect(try plan(settings { $0.tls = true }, url: false) != nil)
    }

    private func plan(
        _ environment: [String: String],
        _ lines: KeyValuePairs<String, String> = [:],
        trusted: Bool = true
    ) throws -> SecuritySettings? {
        try plan(SecuritySettings(), url: nil, environment, lines, trusted: trusted)
    }

    @Test("whom to trust and who we are come from one place each")
    func precedence() throws {
        let file: KeyValuePairs = ["insecure": "yes", "cert": "p.pem", "key": "p.key", "sni": "p.example"]
        let option = try #require(try plan(settings { $0.authorityFile = "o" }, [:], file))
        #expect(option.authorityFile == "o" && option.isInsecure == nil)
        #expect(option.certificate == "p.pem" && option.serverName == "p.example")
        let variable = try #require(
            try plan(["CLUSTER_SCAN_CERT": "v.pem", "CLUSTER_SCAN_KEY_PASSPHRASE": "x"], file)
        )
        #expect(variable.certificate == "v.pem" && variable.key == nil)
        #expect(variable.passphrase == .given("x") && variable.isInsecure == true)
        let insecure = try #require(try plan(settings { $0.isInsecure = true }, ["CLUSTER_SCAN_CACERT": "v"]))
        #expect(insecure.isInsecure == true && insecure.authorityFile == nil)
    }

    private func plan(
        _ options: SecuritySettings,
        _ environment: [String: String],
        _ lines: KeyValuePairs<String, String> = [:]
    ) throws -> SecuritySettings? {
        try plan(options, url: nil, environment, lines)
    }

    @Test(
        "other servers than those of a profile do not see its certificate, nor are they believed more easily"
    )
    func strangers() throws {
        let file: KeyValuePairs = [
            "tls": "yes", "cacert": "ca", "cert": "c.pem", "sni": "p.example", "insecure": "no",
            "host-check": "no",
        ]
        let stranger = try #require(try plan([:], file, trusted: false))
        #expect(stranger.authorityFile == "ca" && stranger.certificate == nil && stranger.serverName == nil)
        #expect(stranger.checksHost == nil && stranger.isInsecure == nil)
        #expect(try plan([:], ["insecure": "yes"], trusted: false) == nil)
        let own = try #require(try plan([:], file))
        #expect(own.certificate == "c.pem" && own.checksHost == false && own.serverName == "p.example")
    }

    @Test(
        "options that contradict each other are refused",
        arguments: [
            (["redis://h", "--cert", "c"], "rediss://"), (["redis://h", "--tls"], "rediss://"),
            (["h", "--cacert", "a", "--cacertdir", "b"], "exclude each other"),
            (["h", "--insecure", "--cacert", "a"], "no certificate is checked"),
            (["h", "--key", "k"], "--cert"), (["h", "--key-passphrase-file", "k"], "--cert"),
            (["redis://h", "rediss://i"], "protocols"),
        ]
    )
    func contradictions(arguments: [String], words: String) {
        do {
            _ = try ClusterScanCommand.parseAsRoot(["keys"] + arguments)
            Issue.record("accepted: \(arguments)")
        } catch {
            #expect(ClusterScanCommand.fullMessage(for: error).contains(words))
        }
    }

    @Test("the destination of copies has options of its own")
    func destination() throws {
        let arguments = ["copy", "h", "--to", "i", "--to-cacert", "a"]
        _ = try ClusterScanCommand.read(arguments)
        #expect(throws: (any Error).self) {
            _ = try ClusterScanCommand.parseAsRoot(["copy", "h", "--to", "redis://i", "--to-cacert", "a"])
        }
        do {
            _ = try ClusterScanCommand.parseAsRoot(arguments + ["--to-insecure"])
            Issue.record("accepted")
        } catch {
            #expect(ClusterScanCommand.fullMessage(for: error).contains("--to-insecure"))
        }
    }
}
