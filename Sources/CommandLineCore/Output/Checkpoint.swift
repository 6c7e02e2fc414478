package import ScanCore

/// How far a dump has come: the cursor, and how much of the output it stands for.
package struct Checkpoint: Hashable, Sendable {
    /// Where to go on from.
    package var cursor: ScanCursor
    /// Whether everything is written: only the file's name is left to be given.
    package var isComplete: Bool
    /// What the run does, with the options that decide what comes out: see ``CheckpointFile``. `nil` in files
    /// that hold a cursor alone.
    package var subject: String?
    /// The cluster that keys were copied to; `nil` where they go to none, or to a single server.
    package var destination: ClusterMark?
    /// How much of the output file the cursor stands for; `nil` where there is no output file.
    package var output: OutputMark?

    package init(
        cursor: ScanCursor,
        isComplete: Bool = false,
        subject: String? = nil,
        destination: ClusterMark? = nil,
        output: OutputMark? = nil
    ) {
        self.cursor = cursor
        self.isComplete = isComplete
        self.subject = subject
        self.destination = destination
        self.output = output
    }
}

/// The first bytes of an output file, known by their number and the checksum of the last of them.
package struct OutputMark: Hashable, Sendable {
    package var bytes: Int64
    package var tail: UInt32

    package init(bytes: Int64, tail: UInt32) {
        self.bytes = bytes
        self.tail = tail
    }

    /// So many of the last bytes are in the checksum: enough to tell one dump from another.
    package static let tailLength: Int64 = 4096
}

/// The text form: a line for each part, and a last one with the checksum of those before it.
///
/// ```
/// cluster-scan checkpoint 1
/// cursor Afs6WhCPZb81…
/// complete no
/// of keys --match 'user:*' --format csv --with type,ttl --output users.csv
/// destination 07c3a9b2 5fd01144 e9912ad0
/// output 1048576 bytes ending in 5f3a0c11
/// checksum 0b6d2c77
/// ```
extension Checkpoint {
    private static let heading = "cluster-scan checkpoint 1"

    package var text: String {
        var lines = [
            Self.heading, "cursor \(cursor)", "complete \(isComplete ? "yes" : "no")",
        ]
        if let subject { lines.append("of \(subject)") }
        if let destination {
            lines.append(
                (["destination"] + destination.prefixes.map(Self.digits)).joined(separator: " ")
            )
        }
        if let output { lines.append("output \(output.bytes) bytes ending in \(Self.digits(output.tail))") }
        let body = lines.map { $0 + "\n" }.joined()
        return body + "checksum \(Self.digits(CRC32.checksum(of: body.utf8)))\n"
    }

    private static func digits(_ number: UInt32) -> String {
        HexadecimalDigits.text(UInt64(number), digits: 8)
    }

    /// Reads the text form. A cursor alone is understood as well.
    ///
    /// - Throws: ``Damage``, or ``ScanCursorError`` for what could be a cursor alone.
    package init(_ text: String) throws {
        guard text.hasPrefix("cluster-scan checkpoint ") else {
            self.init(cursor: try ScanCursor(text.filter { !$0.isWhitespace }))
            return
        }
        guard text.hasPrefix(Self.heading + "\n") else { throw Damage.laterVersion }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.popLast()?.isEmpty == true, let last = lines.popLast() else { throw Damage.altered }
        let body = lines.map { $0 + "\n" }.joined()
        guard last == "checksum \(Self.digits(CRC32.checksum(of: body.utf8)))" else { throw Damage.altered }
        let parts = Dictionary(
            lines.dropFirst().map { line in
                let parts = line.split(separator: " ", maxSplits: 1)
                return (String(parts.first ?? ""), parts.count > 1 ? String(parts[1]) : "")
            },
            uniquingKeysWith: { first, _ in first }
        )
        guard let token = parts["cursor"], let complete = parts["complete"] else { throw Damage.altered }
        let cursor = try ScanCursor(token)
        var destination: ClusterMark?
        if let words = parts["destination"]?.split(separator: " ") {
            destination = ClusterMark(prefixes: words.compactMap { UInt32($0, radix: 16) })
            guard destination?.prefixes.count == words.count else { throw Damage.altered }
        }
        var mark: OutputMark?
        if let output = parts["output"] {
            let words = output.split(separator: " ")
            guard words.count == 5, let bytes = Int64(words[0]), bytes >= 0,
                let tail = UInt32(words[4], radix: 16)
            else { throw Damage.altered }
            mark = OutputMark(bytes: bytes, tail: tail)
        }
        self.init(
            cursor: cursor,
            isComplete: complete == "yes",
            subject: parts["of"],
            destination: destination,
            output: mark
        )
    }

    /// Why a file is no checkpoint.
    package enum Damage: Error, CustomStringConvertible {
        case altered
        case laterVersion

        package var description: String {
            switch self {
            case .altered: "the checkpoint is damaged: it was cut short or altered"
            case .laterVersion: "the checkpoint was written by a later version: use that one"
            }
        }
    }
}
