import Foundation
import Testing

/// The tables in `Vectors`, which were recorded from a real server.
enum TestVectors {
    /// The columns of each line of a table, without the comment at its top.
    static func lines(of table: String) throws -> [[Substring]] {
        let url = try #require(
            Bundle.module.url(forResource: table, withExtension: "tsv", subdirectory: "Vectors")
        )
        return try String(contentsOf: url, encoding: .utf8)
            .split(separator: "\n")
            .dropFirst()
            .map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
    }

    /// The bytes that hexadecimal digits stand for.
    static func bytes(_ hex: Substring) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = hex
        while !rest.isEmpty {
            bytes.append(try #require(UInt8(rest.prefix(2), radix: 16)))
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}
