import ScanCore
import Testing

@Suite("Address map")
struct AddressMapTests {
    private func map(_ rules: String...) throws -> AddressMap {
        AddressMap(try rules.map { try #require(AddressMapRule($0), "\($0)") })
    }

    private func address(_ host: String, _ port: Int) -> NodeAddress { NodeAddress(host: host, port: port) }

    @Test("an address, a host with any port, a port of any host and everything can be sent elsewhere")
    func forms() throws {
        func check(_ rule: String, _ from: NodeAddress, _ to: NodeAddress) throws {
            #expect(try map(rule).target(of: from) == to, "\(rule)")
        }
        try check("10.0.0.5:6379=127.0.0.1:7001", address("10.0.0.5", 6379), address("127.0.0.1", 7001))
        try check("10.0.0.5:6379=127.0.0.1:7001", address("10.0.0.5", 6380), address("10.0.0.5", 6380))
        try check("10.0.0.5:6379=127.0.0.1:7001", address("10.0.0.6", 6379), address("10.0.0.6", 6379))
        try check("10.0.0.5=bastion", address("10.0.0.5", 6380), address("bastion", 6380))
        try check("10.0.0.5=bastion:99", address("10.0.0.5", 6380), address("bastion", 99))
        try check("*=127.0.0.1", address("anything", 7), address("127.0.0.1", 7))
        try check("*:6379=h:1", address("anything", 6379), address("h", 1))
        try check("*:6379=h:1", address("anything", 6380), address("anything", 6380))
        try check("[fd00::5]:6379=[::1]:7001", address("fd00::5", 6379), address("::1", 7001))
        try check("fd00::5=::1", address("fd00::5", 6379), address("::1", 6379))
        try check("[fe80::5%eth0]=h", address("fe80::5%eth0", 1), address("h", 1))
        try check("h:6379=unix:///run/a=b.sock", address("h", 6379), NodeAddress(socketPath: "/run/a=b.sock"))
        try check("h=/run/redis.sock", address("h", 6379), NodeAddress(socketPath: "/run/redis.sock"))
    }

    @Test("hosts are the same in whatever spelling")
    func spelling() throws {
        #expect(
            try map("[FD00:0:0::5]=h").target(of: address("fd00::5", 1)) == address("h", 1)
        )
        #expect(try map("Node-1.Example=h").target(of: address("node-1.example", 1)) == address("h", 1))
    }

    @Test("the rule that says most counts, whatever stands first, and of equals the first")
    func precedence() throws {
        let map = try map("*=all", "*:1=port", "a=host", "a:1=both", "a=late")
        #expect(map.target(of: address("a", 1)) == address("both", 1))
        #expect(map.target(of: address("a", 2)) == address("host", 2))
        #expect(map.target(of: address("b", 1)) == address("port", 1))
        #expect(map.target(of: address("b", 2)) == address("all", 2))
    }

    @Test("what comes out is not looked up again, and a socket stays where it is")
    func once() throws {
        #expect(try map("a=b", "b=c").target(of: address("a", 1)) == address("b", 1))
        let socket = NodeAddress(socketPath: "/run/redis.sock")
        #expect(try map("*=127.0.0.1").target(of: socket) == socket)
    }

    @Test("a function can say what rules cannot")
    func function() {
        let map = AddressMap { $0.host.hasPrefix("10.") ? NodeAddress(host: "nat", port: $0.port + 1) : nil }
        #expect(map.target(of: address("10.0.0.5", 6379)) == address("nat", 6380))
        #expect(map.target(of: address("h", 6379)) == address("h", 6379))
    }

    @Test(
        "a rule is written as it is read",
        arguments: [
            "10.0.0.5:6379=127.0.0.1:7001", "10.0.0.5=bastion", "*=127.0.0.1", "*:6379=h:1",
            "[fd00::5]:6379=[::1]:7001",
            "[fd00::5]=[::1]", "h:6379=unix:///run/redis.sock",
        ]
    )
    func text(rule: String) {
        #expect(AddressMapRule(rule)?.description == rule)
    }

    @Test(
        "what is no rule is refused, with the reason",
        arguments: [
            ("10.0.0.5", "FROM=TO"), ("=h", "host"), ("h=", "host"), ("h=*", "one host"), ("h:0=a", "port"),
            ("h:70000=a", "port"), ("h=a:x", "port"), ("::1:7000:=h", "brackets"), ("[::1=h", "]"),
            ("[::1]7=h", "]"),
            ("*=/run/redis.sock", "one socket"), ("redis://h=a", "port"), ("u@h=a", "host"),
        ]
    )
    func refused(rule: String, word: String) {
        let error = #expect(throws: AddressMapRule.Problem.self) { try AddressMapRule(parsing: rule) }
        #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
        #expect(AddressMapRule(rule) == nil)
    }
}
