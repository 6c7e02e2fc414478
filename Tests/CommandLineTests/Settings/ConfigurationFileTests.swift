import Testing
import cluster_scan

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite("Configuration file")
struct ConfigurationFileTests {
    private static let text = """
        # for all
        count = 500
        connect-timeout=2s

        [production]
        url = redis://10.0.0.1:7000, 10.0.0.2:7000
        user = reader
        password-file = ~/.secret = 1
        replicas = yes
        count = 100

        ; another
        [ local ]
        url = 127.0.0.1:7000
        """

    @Test("a profile has its own settings, and those that stand before all profiles")
    func profiles() throws {
        let file = try ConfigurationFile(Self.text, path: "config")
        #expect(file.profiles == ["production", "local"])
        let production = try file.profile("production")
        #expect(production.urls == ["redis://10.0.0.1:7000", "10.0.0.2:7000"])
        #expect(production.user == "reader")
        #expect(production.password == .file("~/.secret = 1"))
        #expect(production.replicas == true)
        #expect(production.count?.value == 100)
        #expect(production.connectTimeout?.duration == .seconds(2))
        #expect(production.isNamed)
        let local = try file.profile("local")
        #expect(local.count?.value == 500)
        #expect(local.user == nil)
        let none = try file.profile(nil)
        #expect(none.urls.isEmpty && none.count?.value == 500 && !none.isNamed)
    }

    @Test("every setting that is listed is understood")
    func settings() throws {
        let values = [
            "url": "h:1", "user": "u", "password": "p", "password-file": "f", "password-command": "c",
            "replicas": "no", "map": "10.0.0.5:6379=127.0.0.1:7001, *=bastion", "tls": "yes",
            "host-check": "no",
            "insecure": "yes",
        ]
        for name in Profile.settings {
            let isTime = name.hasSuffix("timeout") || name == "latency-budget" || name == "patience"
            let value = values[name] ?? (isTime ? "2s" : "10k")
            #expect(throws: Never.self) { try ConfigurationFile("\(name) = \(value)", path: "config") }
        }
    }

    @Test(
        "a mistake is told with its line, also in a profile that is not in use",
        arguments: [
            ("count = 1\ncuont = 2", "line 2: cuont: there is no such setting"),
            ("[a]\n[a]", "line 2: the profile 'a' is there already"), ("[a", "line 1: a profile begins"),
            ("\n\nurl", "line 3: write 'setting = value'"),
            ("patience = 5", "line 1: patience: '5' is no time"),
            ("count = 0", "'0' is no number above 0"), ("replicas = maybe", "write yes or no"),
            ("map = 10.0.0.5", "line 1: map: '10.0.0.5' is no rule FROM=TO"),
            ("url = http://h", "rediss://"), ("tls = maybe", "yes or no"),
        ]
    )
    func mistakes(text: String, words: String) {
        let failure = #expect(throws: CommandFailure.self) { try ConfigurationFile(text, path: "config") }
        #expect(failure?.status == .badConfiguration)
        #expect(failure?.message?.contains(words) == true, "\(failure?.message ?? "")")
    }

    @Test("settings that contradict each other are told when they come together")
    func contradictions() throws {
        for (text, words) in [
            ("cacert = a\n[p]\ncacertdir = b", "cacert and cacertdir exclude each other"),
            ("[p]\nkey = k", "add cert"), ("[p]\ninsecure = yes\ncacert = a", "leave it out"),
        ] {
            let file = try ConfigurationFile(text, path: "config")
            #expect(throws: Never.self) { try file.profile(nil) }
            let failure = #expect(throws: CommandFailure.self) { try file.profile("p") }
            #expect(failure?.status == .badConfiguration)
            #expect(failure?.message?.contains(words) == true, "\(failure?.message ?? "")")
        }
    }

    @Test("a profile that is not there is told with those that are")
    func missing() throws {
        let file = try ConfigurationFile(Self.text, path: "config")
        let failure = #expect(throws: CommandFailure.self) { try file.profile("prod") }
        #expect(failure?.message == "config has no profile 'prod'; it has production, local")
    }

    @Test("what a file holds decides who else may read or change it")
    func permissions() throws {
        let cases: [(String, mode_t, Bool)] = [
            ("url = h:1", 0o666, true), ("password = p", 0o600, true), ("password = p", 0o640, false),
            ("password = p", 0o604, false), ("url = redis://u:p@h", 0o644, false),
            ("password-command = c", 0o644, true), ("password-command = c", 0o664, false),
            ("[a]\npassword-command = c", 0o602, false), ("password-file = f", 0o644, true),
        ]
        let folder = try TemporaryFolder()
        for (text, mode, isAccepted) in cases {
            try FileSystem.replace(folder.file("config"), with: text + "\n")
            #expect(chmod(folder.file("config"), mode) == 0)
            if isAccepted {
                #expect(throws: Never.self) { try ConfigurationFile.load(folder.file("config")) }
            } else {
                let failure = #expect(throws: CommandFailure.self) {
                    try ConfigurationFile.load(folder.file("config"))
                }
                #expect(failure?.status == .badConfiguration)
                #expect(failure?.message?.contains("chmod 600") == true)
            }
        }
    }

    @Test("a file that was named must be there")
    func absent() throws {
        let folder = try TemporaryFolder()
        let failure = #expect(throws: CommandFailure.self) {
            try ConfigurationFile.load(folder.file("config"))
        }
        #expect(failure?.status == .badConfiguration)
    }

    @Test("passwords come from a file's or a command's first line, and a command that fails is no password")
    func passwords() throws {
        let folder = try TemporaryFolder()
        try FileSystem.replace(folder.file("secret"), with: "pass word\nsecond line\n")
        #expect(try PasswordSource.file(folder.file("secret")).fetch() == "pass word")
        #expect(try PasswordSource.command("cat \(folder.file("secret"))").fetch() == "pass word")
        #expect(throws: CommandFailure.self) { try PasswordSource.file(folder.file("none")).fetch() }
        let failure = #expect(throws: CommandFailure.self) {
            try PasswordSource.command("echo secret; exit 3").fetch()
        }
        #expect(failure?.status == .badConfiguration)
        #expect(failure?.message?.contains("secret") == false)
    }
}
