import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Arguments")
    struct ArgumentTests {
        /// A name that is not UTF-8, and the one that it becomes where bytes are replaced.
        private static let binary = Array("caf".utf8) + [0xE9, 0x3A, 0x31]
        private static let neighbour = Array("caf\u{FFFD}:1".utf8)
        /// The first bytes of names that Java's serializer made.
        private static let java: [UInt8] = [0xAC, 0xED, 0, 5, 0x74, 0, 6] + Array("user:1".utf8)

        private static var small: LocalCluster.Options {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            return options
        }

        private static var single: LocalCluster.Options {
            var options = LocalCluster.Options()
            options.isStandalone = true
            return options
        }

        private func set(_ names: [[UInt8]], in cluster: LocalCluster) async throws {
            let owners = try await cluster.owners()
            for name in names { try await cluster.command(owners[KeySlot.of(name)], "SET", name, "v") }
        }

        @Test("reach servers and files byte for byte, in every command and option")
        func bytes() async throws {
            let tool = try TransferTool()
            func run(_ line: String, status: Int32 = 0) async throws -> String {
                let outcome = try await tool.shell("exec \(line)")
                #expect(outcome.status == status, "\(line): \(outcome.messages)")
                return String(decoding: outcome.output, as: UTF8.self)
            }
            try await LocalCluster.with(Self.small) { cluster in
                let url = cluster.nodes[0].address
                try await set([Self.binary, Self.neighbour, Self.java], in: cluster)
                #expect(try await run(#"$tool keys \#(url) --match $'caf\xe9*'"#) == #"caf\xe9:1"# + "\n")
                // A name as the tool itself writes it.
                #expect(
                    try await run(#"$tool keys \#(url) --escaped --match 'caf\xe9:1'"#) == #"caf\xe9:1"#
                        + "\n"
                )
                #expect(
                    try await run(#"$tool keys \#(url) --escaped --match '\xac\xed\x00\x05t\x00*'"#)
                        == #"\xac\xed\x00\x05t\x00\x06user:1"# + "\n"
                )
                #expect(try await run(#"$tool keys \#(url) --match 'caf*\q' --escaped"#, status: 64).isEmpty)
                #expect(try await run(#"$tool keys \#(url) --type $'\xe9'"#, status: 64).isEmpty)
                let slot = try await run(#"$tool slot $'caf\xe9:1'"#)
                #expect(slot.contains("slot       \(KeySlot.of(Self.binary))\n"), "\(slot)")
                #expect(try await run(#"$tool values \#(url) --match $'caf\xe9*'"#).contains(#""keys":1,"#))

                // A file has the name that was given; going on says so as the shell would have it.
                _ = try await run(#"$tool keys \#(url) --match $'caf\xe9*' -o $'names\xe9'"#)
                #expect(try await run(#"cat $'names\xe9'"#) == #"caf\xe9:1"# + "\n")

                // Commands of 'exec', and the placeholder.
                _ = try await run(
                    #"$tool exec \#(url) --match $'caf\xe9*' --placeholder $'\xe8' --yes -- SET $'\xe8' $'\xff --x'"#
                )
                let owners = try await cluster.owners()
                let owner = owners[KeySlot.of(Self.binary)]
                #expect(
                    try await cluster.command(owner, "GET", Self.binary).bytes == [0xFF] + Array(" --x".utf8)
                )
                #expect(try await cluster.names().count == 3)

                // What a key holds.
                let set = Array("s".utf8) + [0xE9]
                try await cluster.command(
                    owners[KeySlot.of(set)],
                    "SADD",
                    set,
                    [0xE9, 0x31] as [UInt8],
                    Array("e1".utf8)
                )
                #expect(
                    try await run(#"$tool members $'s\xe9' \#(url) --match $'\xe9*'"#) == #"\xe91"# + "\n"
                )
                #expect(
                    try await run(#"$tool members --escaped 's\xe9' \#(url) --match '\xe9*'"#) == #"\xe91"#
                        + "\n"
                )
                #expect(try await run(#"$tool members $'s\xef\xbf\xbd' \#(url)"#, status: 66).isEmpty)
                try await cluster.command(owners[KeySlot.of(set)], "DEL", set)

                try await LocalCluster.with(Self.single) { other in
                    let to = other.nodes[0].address
                    _ = try await run(
                        #"$tool copy \#(url) --to \#(to) --match $'caf\xe9*' --rename-prefix $'caf\xe9:=t\xe8:'"#
                    )
                    #expect(try await other.names() == [Array("t".utf8) + [0xE8, 0x3A, 0x31]])
                    try await other.command(0, "FLUSHALL")
                    _ = try await run(#"$tool dump \#(url) -o all"#)
                    _ = try await run(#"$tool restore all \#(to) --match $'caf\xe9*'"#)
                    #expect(try await other.names() == [Self.binary])
                    try await other.command(0, "DEL", Self.binary)
                    try await other.command(0, "HSET", [0xE9] as [UInt8], [0xE8] as [UInt8], Self.binary)
                    _ = try await run(
                        #"$tool index \#(to) --match $'\xe9' --field $'\xe8' --into $'\xea' --yes"#
                    )
                    #expect(
                        try await other.command(0, "HGET", [0xEA] as [UInt8], Self.binary).bytes == [0xE9]
                    )
                }

                // The row of the table: another key was deleted, and the one that was meant stayed.
                _ = try await run(#"$tool delete \#(url) --match $'caf\xe9*' --yes"#)
                #expect(try await cluster.names() == [Self.neighbour, Self.java])
                _ = try await run(#"$tool delete \#(url) --match $'caf\xef\xbf\xbd:1' --yes"#)
                #expect(try await cluster.names() == [Self.java])
            }
        }

        @Test("a checkpoint is taken for what it is of, and an output has one process")
        func checkpoints() async throws {
            let tool = try TransferTool()
            try await LocalCluster.with(Self.small) { source in
                try await LocalCluster.with(Self.single) { other in
                    let url = source.nodes[0].address
                    try await set((0..<2_000).map { Array("k:\($0)".utf8) }, in: source)
                    let to = "--to \(other.nodes[0].address)"
                    let elsewhere = "--to \(other.nodes[0].address)/1"
                    func stopped(_ line: String) async throws {
                        let outcome = try await tool.shell(
                            """
                            $tool \(line) & id=$!
                            until [ -e mark ]; do sleep 0.1; done
                            sleep 1; kill -INT $id; wait $id
                            """
                        )
                        #expect(outcome.status == 130, "\(line): \(outcome.messages)")
                    }
                    func refused(_ line: String, _ words: String) async throws {
                        let before = try await tool.shell("cat mark")
                        let outcome = try await tool.shell("exec $tool \(line)")
                        #expect(outcome.status == 65, "\(line): \(outcome.messages)")
                        #expect(outcome.messages.contains(words), "\(outcome.messages)")
                        #expect(try await tool.shell("cat mark").output == before.output)
                    }
                    try await stopped("keys \(url) --resume mark --max-keys-per-second 700 > names")
                    try await refused(
                        "copy \(url) \(to) --resume mark",
                        "the checkpoint of 'keys --format text'"
                    )
                    try await refused(
                        "keys \(url) --resume mark --match 'k*'",
                        "keys --match 'k*' --format text"
                    )
                    try await refused("keys \(url) --resume mark -o names", "--output names")
                    _ = try await tool.shell("rm mark")
                    try await stopped("copy \(url) \(to) --resume mark --rate 700")
                    try await refused("copy \(url) \(elsewhere) --resume mark", "/0'")
                    try await refused("copy \(url) \(to) --replace --resume mark", "--replace")
                    try await refused(
                        "delete \(url) --all --yes --resume mark",
                        "the checkpoint of 'copy --to"
                    )
                    let rest = try await tool.shell("exec $tool copy \(url) \(to) --resume mark")
                    #expect(rest.status == 0, "\(rest.messages)")
                    #expect(try await other.keyCount() == 2_000)

                    for command in ["keys", "values", "dump"] {
                        let both = try await tool.shell(
                            """
                            $tool \(command) \(url) -o \(command).out --max-keys-per-second 1500 & first=$!
                            sleep 0.7; $tool \(command) \(url) -o \(command).out; second=$?
                            wait $first; echo $? $second
                            """
                        )
                        #expect(String(decoding: both.output, as: UTF8.self) == "0 74\n", "\(both.messages)")
                        #expect(both.messages.contains("another process is writing"))
                    }
                    let restored = try await tool.shell("exec $tool restore -n dump.out")
                    #expect(restored.status == 0, "\(restored.messages)")
                }
            }
        }
    }
}
