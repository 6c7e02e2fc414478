import ArgumentParser
import Foundation
import TestCluster

@main
struct SampleKeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample-keys",
        abstract: "Load sample keys into a local cluster, or print their names.",
        discussion: """
            The same seed gives the same keys, so that a program can compare what it finds with what is \
            there. One name in a hundred holds NULs, line breaks, invalid UTF-8 or odd braces.

            EXAMPLES
              sample-keys 127.0.0.1:7000 --count 1000000
              sample-keys 127.0.0.1:7000 --count 0 --tag-keys 5000 --tag cart-42
              sample-keys --print --count 100000 | sort --zero-terminated > expected
            """
    )

    @Argument(help: ArgumentHelp("Any node of the cluster, or a standalone server.", valueName: "host:port"))
    var address: String?

    @Option(help: "How many keys of mixed shapes and types.")
    var count = 100_000

    @Option(help: "Another number gives other names.")
    var seed: UInt64 = 1

    @Option(help: "How many more keys that share one hash tag, so one slot.")
    var tagKeys = 0

    @Option(help: "The name of that tag.")
    var tag = "big"

    @Option(help: "For servers with requirepass. Better: the variable REDISCLI_AUTH.")
    var password: String?

    @Flag(help: "Write the names, each followed by a NUL byte; a NUL inside is written as \\x00.")
    var print = false

    func validate() throws {
        guard count >= 0, tagKeys >= 0 else {
            throw ValidationError("A number of keys is not negative.")
        }
        guard !tag.isEmpty, !tag.contains("{"), !tag.contains("}") else {
            throw ValidationError("--tag is not empty and has no braces.")
        }
        guard (address == nil) == print else {
            throw ValidationError("Give either HOST:PORT or --print.")
        }
        if address != nil, endpoint == nil {
            throw ValidationError("HOST:PORT is needed, such as 127.0.0.1:7000.")
        }
    }

    private var endpoint: (host: String, port: Int)? {
        guard let address, let colon = address.lastIndex(of: ":"),
            let port = UInt16(address[address.index(after: colon)...]), colon > address.startIndex
        else { return nil }
        return (String(address[..<colon]), Int(port))
    }

    func run() throws {
        let keys = SampleKeys(count: count, seed: seed, tagCount: tagKeys, tag: tag)
        guard let endpoint else {
            try write(keys)
            return
        }
        let password = password ?? ProcessInfo.processInfo.environment["REDISCLI_AUTH"]
        let loader = SampleKeyLoader(host: endpoint.host, port: endpoint.port, password: password)
        let clock = ContinuousClock()
        let time = try clock.measure { try loader.load(keys) }
        let rate = Int(Double(keys.count) / max(time / .seconds(1), 0.001))
        FileHandle.standardError.write(Data("\(keys.count) keys in \(time), \(rate) a second\n".utf8))
    }

    private func write(_ keys: SampleKeys) throws {
        var output = Data()
        for key in keys {
            for byte in key.name {
                output.append(contentsOf: byte == 0 ? Array("\\x00".utf8) : [byte])
            }
            output.append(0)
            if output.count > 1 << 20 {
                try FileHandle.standardOutput.write(contentsOf: output)
                output.removeAll(keepingCapacity: true)
            }
        }
        try FileHandle.standardOutput.write(contentsOf: output)
    }
}
