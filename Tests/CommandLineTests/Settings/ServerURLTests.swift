import ClusterScan
import Testing
import cluster_scan

@Suite("Server URLs")
struct ServerURLTests {
    @Test("host, port, user, password and database are told apart")
    func forms() throws {
        func check(
            _ text: String,
            _ host: String,
            _ port: Int,
            user: String? = nil,
            password: String? = nil,
            database: Int? = nil
        ) throws {
            let url = try ServerURL(text)
            #expect(url.address == NodeAddress(host: host, port: port), "\(text)")
            #expect(url.username == user, "\(text)")
            #expect(url.password == password, "\(text)")
            #expect(url.database == database, "\(text)")
        }
        try check("redis://h", "h", 6379)
        try check("h", "h", 6379)
        try check("10.0.0.1:7000", "10.0.0.1", 7000)
        try check("REDIS://h:7000/", "h", 7000)
        try check("valkey://h:7000/3", "h", 7000, database: 3)
        try check("[::1]:7000", "::1", 7000)
        try check("redis://u:p@[fe80::1]", "fe80::1", 6379, user: "u", password: "p")
        try check("redis://[fe80::1%25eth0]:7000", "fe80::1%eth0", 7000)
        try check("[fe80::1%eth0]:7000", "fe80::1%eth0", 7000)
        try check("unix:///run/redis.sock", "/run/redis.sock", 0)
        try check("redis+unix:///run/redis.sock?db=3", "/run/redis.sock", 0, database: 3)
        try check("unix://u:p%40@/run/a%20b@c:d.sock", "/run/a b@c:d.sock", 0, user: "u", password: "p@")
        try check("redis-socket://:p@/s", "/s", 0, password: "p")
        try check("redis://u@h", "h", 6379, user: "u")
        try check("redis://:p@h", "h", 6379, password: "p")
        try check("redis://u:@h", "h", 6379, user: "u", password: "")
    }

    @Test("rediss:// and valkeys:// are with TLS, redis:// and valkey:// without, and host:port does not say")
    func protocols() throws {
        for (text, usesTLS) in [
            ("rediss://h", true), ("VALKEYS://h:1", true), ("redis://h", false), ("valkey://h", false),
            ("h:1", nil),
        ] {
            #expect(try ServerURL(text).usesTLS == usesTLS)
        }
    }

    @Test("bytes of user and password may be written as %HH, and a password may hold what usually separates")
    func percent() throws {
        let url = try ServerURL("redis://a%40b:p%3A%2F%25%c3%a9:/@x@h/1")
        #expect(url.username == "a@b")
        #expect(url.password == "p:/%é:/@x")
        #expect(url.address.host == "h")
    }

    @Test(
        "what is wrong is said without the user and the password",
        arguments: [
            ("rediss://u:secret@", "host"), ("http://u:secret@h", "redis://"), ("redis://u:sec%ret@h", "%25"),
            ("redis://u:secret@h:port", "port"), ("redis://u:secret@h:0", "port"),
            ("redis://u:secret@h:65536", "port"),
            ("redis://u:secret@", "host"), ("redis://u:secret@h/x", "database"),
            ("redis://u:secret@h/-1", "database"),
            ("redis://u:secret@::1", "brackets"), ("redis://u:secret@[::1", "]"),
            ("redis://u:secret@[::1]x", "]"),
            ("u:secret@h", "redis://"), ("redis://h?db=1", "options"), ("redis://u:%ff@h", "%25"),
            ("unix://u:secret@run/redis.sock", "begins with '/'"), ("unix://redis.sock", "path"),
            ("unix:///run/redis.sock?x=1", "db=NUMBER"), ("unix:///", "path"),
            ("unix://u:sec%ret@/run/redis.sock", "%25"),
            ("redis://u:sec/ret@h:x", "port"), ("", "host"), (":7000", "host"),
        ]
    )
    func problems(text: String, word: String) {
        do throws(ServerURL.Problem) {
            _ = try ServerURL(text)
            Issue.record("\(text) was accepted")
        } catch {
            #expect(error.description.contains(word))
            #expect(!error.description.contains("sec"))
            #expect(!error.description.contains("u:"))
        }
    }

    @Test("messages of others lose what may be a secret")
    func withoutSecrets() {
        #expect(
            ServerURL.withoutSecrets("Error: Unexpected argument 'redis://u:p@h:1'\nUsage: x")
                == "Error: Unexpected argument 'redis://h:1'\nUsage: x"
        )
        #expect(ServerURL.withoutSecrets("no secret") == "no secret")
    }
}
