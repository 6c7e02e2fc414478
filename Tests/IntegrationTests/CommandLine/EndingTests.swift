import ClusterScan
import ClusterScanOperations
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    /// The table of all ways to end: what was handed out, what the summary counts, and what the checkpoint
    /// stands for are the same.
    ///
    /// | | complete | incomplete | interrupted | failed | output full |
    /// |---|---|---|---|---|---|
    /// | `keys`, `values`, `dump`, into a file | 0 | 69 | 130 | 69 | 74 |
    /// | `delete`, `expire`, `persist`, `exec`, `copy`, `index` | 0 | 69 | 130 | 69 | 74 |
    @Suite("Ways to end")
    struct EndingTests {
        enum Way: String, CaseIterable, Sendable {
            case complete
            /// A shard is lost, and `--allow-uncovered` is given.
            case incomplete
            case interrupted
            /// A shard is lost.
            case failed
            /// The file may not grow, or standard output takes nothing.
            case full

            var status: Int32 {
                switch self {
                case .complete: 0
                case .incomplete, .failed: 69
                case .interrupted: 130
                case .full: 74
                }
            }

            var needsLoss: Bool { self == .incomplete || self == .failed }
            var options: String {
                switch self {
                case .incomplete: " --patience 1s --allow-uncovered"
                case .failed: " --patience 1s"
                default: ""
                }
            }
            /// A line of bash. An interrupt comes when the command has made its first file; a shell lets
            /// those in the background ignore it until they listen.
            func line(_ command: String, file: String) -> String {
                guard self == .interrupted else { return "exec $tool \(command)" }
                return """
                    $tool \(command) & tool_id=$!
                    until [ -e \(file) ]; do sleep 0.1; done
                    sleep 1; kill -INT $tool_id; wait $tool_id
                    """
            }
        }

        private static let files = ["keys", "values", "dump"]
        private static let works = ["delete", "expire", "persist", "exec", "copy", "index"]
        private static let outputNames = Set((0..<3_000).map { Array("out:\($0)".utf8) })
        private static let workCount = 400

        @Test(
            "what is in a file or done, the summary and the checkpoint say the same, however a command ends"
        )
        func table() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.nodeTimeout = .seconds(1)
            options.configuration = ["appendonly yes", "cluster-require-full-coverage no"]
            var single = LocalCluster.Options()
            single.isStandalone = true
            try await LocalCluster.with(options) { cluster in
                try await LocalCluster.with(single) { destination in
                    let run = Run(cluster: cluster, destination: destination, tool: try TransferTool())
                    try await run.load(Self.outputNames, works: Self.works, count: Self.workCount)
                    let ways = Way.allCases
                    for way in ways where !way.needsLoss { try await run.end(way) }
                    for way in ways where !way.needsLoss && way != .complete { try await run.carryOn(way) }
                    try await cluster.kill(2)
                    for way in ways where way.needsLoss { try await run.end(way) }
                    try await cluster.restart(2)
                    try await cluster.waitUntilAgreed()
                    for way in ways where way.needsLoss { try await run.carryOn(way) }
                }
            }
        }

        private struct Run: Sendable {
            let cluster: LocalCluster
            let destination: LocalCluster
            let tool: TransferTool

            func load(_ names: Set<[UInt8]>, works: [String], count: Int) async throws {
                let scanner = cluster.scanner()
                var commands = names.map { KeyCommand("SET", key: $0, [[0x31]], isRepeatable: true) }
                for work in works {
                    for way in Way.allCases {
                        for number in 0..<count {
                            let key = Array("\(work):\(way):\(number)".utf8)
                            commands.append(
                                work == "index"
                                    ? KeyCommand("HSET", key: key, [[0x66], key], isRepeatable: true)
                                    : KeyCommand(
                                        "SET",
                                        key: key,
                                        [[0x31]]
                                            + (work == "persist"
                                                ? ["EX", "9999"].map { Array($0.utf8) } : []),
                                        isRepeatable: true
                                    )
                            )
                        }
                    }
                }
                _ = try await scanner.send(commands)
                await scanner.shutDown()
            }

            /// All commands at once: most of the time is that of patience.
            private func all(
                _ file: @escaping @Sendable (String) async throws -> Void,
                _ work: @escaping @Sendable (String) async throws -> Void
            ) async throws {
                try await withThrowingDiscardingTaskGroup { group in
                    for name in EndingTests.files { group.addTask { try await file(name) } }
                    for name in EndingTests.works { group.addTask { try await work(name) } }
                }
            }

            func end(_ way: Way) async throws {
                try await all {
                    try await end(file: $0, way)
                } _: {
                    try await end(work: $0, way)
                }
            }

            func carryOn(_ way: Way) async throws {
                try await all { file in
                    let outcome = try await tool.shell("exec $tool \(arguments(file: file, way))")
                    #expect(outcome.status == 0, "\(file) \(way): \(outcome.messages)")
                    try check(file: file, way, isComplete: true, EndingTests.outputNames.count)
                } _: { work in
                    let arguments = arguments(work: work, way)
                        .replacing("OPTIONS", with: "").replacing("--rate 100", with: "")
                    let outcome = try await tool.shell("exec $tool \(arguments)")
                    #expect(outcome.status == 0, "\(work) \(way): \(outcome.messages)")
                    #expect(try await done(work, way) == EndingTests.workCount, "\(work) \(way)")
                    #expect(!FileManager.default.fileExists(atPath: tool.path("\(work)-\(way).mark")))
                }
            }

            // MARK: Files

            private func arguments(file: String, _ way: Way) -> String {
                let name = "\(file)-\(way)"
                let resume = file == "dump" ? "--resume" : "--checkpoint \(name).mark"
                return "\(file) \(cluster.nodes[0].address) --match 'out:*' --strategy slots"
                    + " --output \(name) \(resume)"
            }

            private func end(file: String, _ way: Way) async throws {
                let slowly = way == .interrupted ? " --max-keys-per-second 800" : ""
                let limit = way == .full ? "trap '' XFSZ; ulimit -f 8; " : ""
                let outcome = try await tool.shell(
                    limit
                        + way.line(
                            arguments(file: file, way) + slowly + way.options,
                            file: "\(file)-\(way).partial"
                        )
                )
                #expect(outcome.status == way.status, "\(file) \(way): \(outcome.messages)")
                let told = way == .complete ? EndingTests.outputNames.count : count(outcome.messages)
                try check(
                    file: file,
                    way,
                    isComplete: way == .complete,
                    try #require(told, "\(file) \(way): \(outcome.messages)")
                )
            }

            private func check(file: String, _ way: Way, isComplete: Bool, _ told: Int) throws {
                let name = "\(file)-\(way)"
                let path = tool.path(name)
                #expect(FileManager.default.fileExists(atPath: path) == isComplete)
                let partial = path + ".partial"
                #expect(FileManager.default.fileExists(atPath: partial) != isComplete)
                let bytes = [UInt8](try Data(contentsOf: URL(filePath: isComplete ? path : partial)))
                let content = try names(file, bytes)
                #expect(content.names.count == told, "\(name): \(content.names.count) keys, \(told) told")
                #expect(Set(content.names).count == content.names.count, "\(name): keys are there twice")
                #expect(!isComplete || Set(content.names) == EndingTests.outputNames)
                if file == "dump" {
                    let isWhole = isComplete || way == .incomplete
                    #expect((content.trailer != nil) == isWhole, "\(name)")
                    #expect(content.trailer?.uncovered.isEmpty ?? true == (way != .incomplete || isComplete))
                } else {
                    #expect(FileManager.default.fileExists(atPath: "\(path).mark") != isComplete)
                }
            }

            private func names(_ file: String, _ bytes: [UInt8]) throws -> (
                names: [[UInt8]], trailer: DumpTrailer?
            ) {
                switch file {
                case "keys":
                    return (try DumpedRows(text: bytes).rows.map(\.name), nil)
                case "values":
                    let lines = bytes.split(separator: UInt8(ascii: "\n")).map {
                        String(decoding: $0, as: UTF8.self)
                    }
                    return (
                        lines.compactMap { $0.firstMatch(of: /"key":"([^"]+)"/).map { Array($0.1.utf8) } },
                        nil
                    )
                default:
                    var reader = DumpReader()
                    reader.push(bytes)
                    var names: [[UInt8]] = []
                    var trailer: DumpTrailer?
                    while let item = try reader.next() {
                        if case .record(let record) = item { names.append(record.key) }
                        if case .trailer(let found) = item { trailer = found }
                    }
                    // Nothing torn behind the last block.
                    #expect(reader.offset == UInt64(bytes.count))
                    return (names, trailer)
                }
            }

            // MARK: Work

            private func arguments(work: String, _ way: Way) -> String {
                let lookup = "--field f --into \(lookup(way))"
                let options = [
                    "delete": "--yes", "expire": "--yes --ttl 1h", "persist": "--yes", "exec": "--yes",
                    "copy": "--to \(destination.nodes[0].address)", "index": "--yes \(lookup)",
                ]
                let command = work == "exec" ? " -- APPEND {} 2" : ""
                return "\(work) \(cluster.nodes[0].address) --match '\(work):\(way):*' \(options[work] ?? "")"
                    + " --resume \(work)-\(way).mark" + (way == .interrupted ? " --rate 100" : "")
                    + " OPTIONS\(command)"
            }

            private func end(work: String, _ way: Way) async throws {
                let arguments = arguments(work: work, way).replacing("OPTIONS", with: way.options)
                let output = way == .full ? " > /dev/full" : ""
                let outcome = try await tool.shell(way.line(arguments + output, file: "\(work)-\(way).mark"))
                #expect(outcome.status == way.status, "\(work) \(way): \(outcome.messages)")
                let done = try await done(work, way)
                if way == .complete {
                    #expect(done == EndingTests.workCount, "\(work)")
                } else if way != .full {
                    #expect(
                        count(outcome.messages) == done,
                        "\(work) \(way), \(done) done: \(outcome.messages)"
                    )
                    if work == "exec" {
                        let lines = outcome.output.split(separator: UInt8(ascii: "\n"))
                        #expect(lines.count == done, "\(way)")
                    }
                    #expect(FileManager.default.fileExists(atPath: tool.path("\(work)-\(way).mark")))
                }
            }

            /// The name of a lookup that lies in a shard that is not lost.
            private func lookup(_ way: Way) -> String {
                let names = (0..<100).map { "lookup:\(way):\($0)" }
                return names.first { KeySlot.of(Array($0.utf8)) < 5461 } ?? ""
            }

            /// For how many keys a work was done, by the servers' word.
            private func done(_ work: String, _ way: Way) async throws -> Int {
                let names = (0..<EndingTests.workCount).map { Array("\(work):\(way):\($0)".utf8) }
                let isCopy = work == "copy"
                let scanner = (isCopy ? destination : cluster).scanner()
                let commands = names.map { name in
                    switch work {
                    case "delete", "copy": KeyCommand("EXISTS", key: name, isRepeatable: true)
                    case "exec": KeyCommand("STRLEN", key: name, isRepeatable: true)
                    case "index":
                        KeyCommand("HEXISTS", key: Array(lookup(way).utf8), [name], isRepeatable: true)
                    default: KeyCommand("PTTL", key: name, isRepeatable: true)
                    }
                }
                let options = CommandOptions(patience: .milliseconds(300))
                let replies = try await scanner.send(commands, options: options)
                await scanner.shutDown()
                return replies.count { reply in
                    // In a shard that is lost nothing was done.
                    guard case .value(let value) = reply, let number = value.integer else { return false }
                    return switch work {
                    case "delete": number == 0
                    case "expire": number > 0
                    case "persist": number == -1
                    case "exec": number > 1
                    default: number == 1
                    }
                }
            }

            /// How many keys the summary says were written or worked on.
            private func count(_ messages: String) -> Int? {
                messages.firstMatch(of: /INCOMPLETE: ([\d,]+) keys?/).flatMap {
                    Int($0.1.replacing(",", with: ""))
                }
            }
        }
    }
}
