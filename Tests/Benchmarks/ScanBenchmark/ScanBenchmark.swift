import ClusterScan

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads a cluster through the library and writes the names to standard output, or times commands on keys.
@main
enum ScanBenchmark {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        do {
            switch arguments.first {
            case "stream", "pages":
                guard let scan = Scan(Array(arguments)) else { stop(usage) }
                try await scan.run()
            case "commands":
                guard let throughput = CommandThroughput(Array(arguments)) else { stop(usage) }
                try await throughput.run()
            default:
                stop(usage)
            }
        } catch {
            stop("\(error)")
        }
    }

    private static let usage = """
        usage: scan-benchmark stream|pages HOST PORT STRATEGY COUNT
               scan-benchmark commands HOST PORT COMMAND KEYS KEYS_PER_CALL
        """

    private static func stop(_ message: String) -> Never {
        let line = Array("scan-benchmark: \(message)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
        exit(1)
    }
}

/// One whole scan.
private struct Scan {
    let byPage: Bool
    let seed: NodeAddress
    let options: ScanOptions

    init?(_ arguments: [String]) {
        guard arguments.count == 5, let port = Int(arguments[2]),
            let strategy = ScanStrategy(rawValue: arguments[3]), let count = Int(arguments[4])
        else { return nil }
        byPage = arguments[0] == "pages"
        seed = NodeAddress(host: arguments[1], port: port)
        options = ScanOptions(count: count, strategy: strategy)
    }

    func run() async throws {
        let scanner = ClusterScanner(seeds: [seed])
        var output = NameOutput()
        if byPage {
            var cursor = ScanCursor.start
            repeat {
                let page = try await scanner.scan(cursor, options: options)
                output.write(page.keys)
                // As a stateless service would: every call gets the text of the cursor.
                cursor = page.cursor.isFinished ? page.cursor : try ScanCursor(page.cursor.description)
            } while !cursor.isFinished
        } else {
            for try await batch in scanner.batches(options: options) {
                output.write(batch.keys)
            }
        }
        output.flush()
        await scanner.shutDown()
    }
}

private func standardOutput(_ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(STDOUT_FILENO, bytes, count)
}

/// Names to standard output, a line each, in blocks.
private struct NameOutput {
    private static let blockSize = 1 << 16

    private var block: [UInt8] = []

    init() {
        block.reserveCapacity(NameOutput.blockSize)
    }

    mutating func write(_ keys: KeyBatch) {
        keys.forEachKey { name in
            if block.count + name.count + 1 > NameOutput.blockSize { flush() }
            block.append(contentsOf: name)
            block.append(UInt8(ascii: "\n"))
        }
    }

    mutating func flush() {
        block.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = UnsafeRawBufferPointer(rebasing: rest)
                let written = standardOutput(piece.baseAddress, piece.count)
                guard written > 0 else { exit(1) }
                rest = rest.dropFirst(written)
            }
        }
        block.removeAll(keepingCapacity: true)
    }
}
