import Foundation
import TestCluster

/// A host of its own for clients, and a router between it and this machine, as network namespaces of Linux.
///
///     this machine, with the servers          router                  client
///     198.18.n.1, .2, .3 … ─── veth ─── 198.18.n.254
///                                       198.19.n.254 ─── veth ─── 198.19.n.1
///
/// Servers announce 127.0.0.1, which means nothing at the client. At the router, what goes to one of the
/// addresses can be made to disappear. 198.18.0.0/15 is there for tests (RFC 2544).
struct NetworkNamespaces {
    private let name: String
    private let number: Int
    /// How many addresses the servers' side has.
    private let addresses: Int

    /// Where the client reaches a server that listens on all addresses.
    func host(of node: Int) -> String { "198.18.\(number).\(node + 1)" }

    /// Sets everything up, or throws if the system does not permit that.
    init(addresses: Int) async throws {
        let process = ProcessInfo.processInfo.processIdentifier
        name = "cs\(process)"
        number = Int(process % 250)
        self.addresses = addresses
        try await Self.removeLeftovers()
        do {
            try await setUp()
        } catch {
            await remove()
            throw error
        }
    }

    private var router: String { "\(name)-router" }
    private var client: String { "\(name)-client" }
    private var near: String { "\(name)-near" }

    private func setUp() async throws {
        for space in [router, client] {
            try await Self.ip("netns", "add", space)
            try await Self.ip("-n", space, "link", "set", "lo", "up")
        }
        try await Self.ip("link", "add", near, "type", "veth", "peer", "name", "north", "netns", router)
        for node in 0..<addresses { try await Self.ip("addr", "add", "\(host(of: node))/24", "dev", near) }
        try await Self.ip("link", "set", near, "up")
        try await Self.ip("-n", router, "addr", "add", "198.18.\(number).254/24", "dev", "north")
        try await Self.ip("-n", router, "link", "set", "north", "up")
        try await Self.ip(
            "-n",
            router,
            "link",
            "add",
            "south",
            "type",
            "veth",
            "peer",
            "name",
            "eth0",
            "netns",
            client
        )
        try await Self.ip("-n", router, "addr", "add", "198.19.\(number).254/24", "dev", "south")
        try await Self.ip("-n", router, "link", "set", "south", "up")
        try await Self.ip("-n", client, "addr", "add", "198.19.\(number).1/24", "dev", "eth0")
        try await Self.ip("-n", client, "link", "set", "eth0", "up")
        try await Self.ip("-n", client, "route", "add", "default", "via", "198.19.\(number).254")
        try await Self.ip("route", "add", "198.19.\(number).0/24", "via", "198.18.\(number).254")
        try await Self.run(
            "ip",
            ["netns", "exec", router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]
        )
    }

    /// What stands before a command to run it at the client.
    var atClient: [String] { ["ip", "netns", "exec", client] }

    /// From now on what the client sends to a server's address disappears.
    func cut(_ node: Int) async throws {
        try await Self.ip("-n", router, "route", "add", "blackhole", "\(host(of: node))/32")
    }

    func mend(_ node: Int) async throws {
        try await Self.ip("-n", router, "route", "del", "blackhole", "\(host(of: node))/32")
    }

    /// Pairs of interfaces, routes and addresses go with the namespaces.
    func remove() async {
        for space in [router, client] { try? await Self.ip("netns", "del", space) }
    }

    /// What a test process left behind that was killed.
    private static func removeLeftovers() async throws {
        for line in try await run("ip", ["netns", "list"]).split(separator: "\n") {
            guard let name = line.split(separator: " ").first,
                let process = name.wholeMatch(of: /cs(\d+)-(?:router|client)/)?.1,
                !FileManager.default.fileExists(atPath: "/proc/\(process)")
            else { continue }
            try? await ip("netns", "del", String(name))
        }
    }

    private static func ip(_ arguments: String...) async throws {
        try await run("ip", arguments)
    }

    @discardableResult
    private static func run(_ command: String, _ arguments: [String]) async throws -> String {
        try await onOwnThread {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = [command] + arguments
            let (output, messages) = (Pipe(), Pipe())
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            process.standardError = messages
            try process.run()
            let said = try output.fileHandleForReading.readToEnd() ?? Data()
            let complaint = try messages.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else {
                let words = String(decoding: complaint, as: UTF8.self)
                throw TestClusterError("\(command) \(arguments.joined(separator: " ")): \(words)")
            }
            return String(decoding: said, as: UTF8.self)
        }
    }
}
