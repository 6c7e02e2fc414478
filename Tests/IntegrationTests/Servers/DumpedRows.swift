import Foundation
import TestCluster

/// Reads what `cluster-scan keys` wrote, by what its documentation says and without its code.
struct DumpedRows {
    /// For each line, the name, and the columns after it as they stand there.
    private(set) var rows: [(name: [UInt8], columns: [String])] = []

    init(text: [UInt8], hasHeader: Bool = false) throws {
        for line in try Self.lines(text).dropFirst(hasHeader ? 1 : 0) {
            let columns = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
            let words = columns.dropFirst().map { String(decoding: $0, as: UTF8.self) }
            rows.append((try Self.unescaped(columns[0]), words))
        }
    }

    init(csv: [UInt8]) throws {
        for line in try Self.lines(csv).dropFirst() {
            var columns: [[UInt8]] = [[]]
            var isQuoted = false
            for byte in line.dropLast() {
                switch byte {
                // A doubled quote leaves and enters at once; it stands for one.
                case UInt8(ascii: "\""):
                    isQuoted.toggle()
                    columns[columns.count - 1].append(byte)
                case UInt8(ascii: ",") where !isQuoted: columns.append([])
                default: columns[columns.count - 1].append(byte)
                }
            }
            guard line.last == UInt8(ascii: "\r"), !isQuoted else {
                throw TestClusterError("no line end of CSV")
            }
            let fields = columns.map { field in
                guard field.first == UInt8(ascii: "\"") else { return field }
                let inner = String(decoding: field.dropFirst().dropLast(), as: UTF8.self)
                return Array(inner.replacingOccurrences(of: "\"\"", with: "\"").utf8)
            }
            rows.append(
                (
                    try Self.unescaped(fields[0][...]),
                    fields.dropFirst().map { String(decoding: $0, as: UTF8.self) }
                )
            )
        }
    }

    /// The last line, which reports, is checked and left out.
    init(json: [UInt8]) throws {
        var objects = try Self.lines(json).map { line in
            guard let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any] else {
                throw TestClusterError("no JSON object: \(String(decoding: line, as: UTF8.self))")
            }
            return object
        }
        guard (objects.popLast()?["report"] as? [String: Any])?["complete"] as? Bool == true else {
            throw TestClusterError("the last line does not say that it is complete")
        }
        for object in objects {
            let base64 = (object["key_base64"] as? String).flatMap { Data(base64Encoded: $0) }.map {
                [UInt8]($0)
            }
            guard let name = (object["key"] as? String).map({ Array($0.utf8) }) ?? base64 else {
                throw TestClusterError("no key in \(object)")
            }
            rows.append((name, (object["type"] as? String).map { [$0] } ?? []))
        }
    }

    init(nul: [UInt8]) throws {
        guard nul.last == 0 else { throw TestClusterError("the last name is torn") }
        rows = nul.split(separator: 0, omittingEmptySubsequences: false).dropLast().map { (Array($0), []) }
    }

    var tally: KeyTally {
        var tally = KeyTally()
        for row in rows { tally.add(row.name) }
        return tally
    }

    private static func lines(_ bytes: [UInt8]) throws -> [ArraySlice<UInt8>] {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.popLast()?.isEmpty == true else { throw TestClusterError("the last line is torn") }
        return lines
    }

    private static func unescaped(_ text: ArraySlice<UInt8>) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "n"): bytes.append(10)
            case UInt8(ascii: "r"): bytes.append(13)
            case UInt8(ascii: "t"): bytes.append(9)
            case UInt8(ascii: "x"):
                guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                    throw TestClusterError("no hexadecimal digits")
                }
                bytes.append(value)
                rest = rest.dropFirst(2)
            default: throw TestClusterError("an escape that does not exist")
            }
        }
        return bytes
    }
}
