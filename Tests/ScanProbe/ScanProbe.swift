import ClusterScan
import Foundation

/// Carries an iteration on from a cursor and prints the names it is handed, in hexadecimal, one per line.
///
/// The last line is `end` and nothing else when the iteration ended well, so that nobody takes the output of
/// a probe that died halfway for complete.
@main
enum ScanProbe {
    static func main() async {
        guard CommandLine.arguments.count == 6, let port = Int(CommandLine.arguments[2]),
            let strategy = ScanStrategy(rawValue: CommandLine.arguments[4]),
            let count = Int(CommandLine.arguments[5])
        else {
            stop("usage: scan-probe HOST PORT CURSOR STRATEGY COUNT")
        }
        do {
            let scanner = ClusterScanner(seeds: [NodeAddress(host: CommandLine.arguments[1], port: port)])
            let cursor = try ScanCursor(CommandLine.arguments[3])
            let options = ScanOptions(count: count, strategy: strategy)
            for try await batch in scanner.batches(from: cursor, options: options) {
                write(batch.keys)
            }
            FileHandle.standardOutput.write(Data("end\n".utf8))
        } catch {
            stop("\(error)")
        }
    }

    private static func write(_ keys: KeyBatch) {
        var lines: [UInt8] = []
        lines.reserveCapacity(keys.byteCount * 2 + keys.count)
        keys.forEachKey { name in
            for byte in name {
                lines.append(digits[Int(byte >> 4)])
                lines.append(digits[Int(byte & 15)])
            }
            lines.append(UInt8(ascii: "\n"))
        }
        FileHandle.standardOutput.write(Data(lines))
    }

    private static func stop(_ message: String) -> Never {
        FileHandle.standardError.write(Data("scan-probe: \(message)\n".utf8))
        exit(1)
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
