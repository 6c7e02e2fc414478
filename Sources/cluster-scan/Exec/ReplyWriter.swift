import ArgumentParser
package import ClusterScan

/// How the replies to commands are written.
package enum ReplyFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// The key, a tab, and the reply.
    case text
    /// One JSON object a line.
    case json
}

/// Writes keys with the replies to a command, from several tasks.
package actor ReplyWriter {
    private var output: BlockWriter
    private let format: ReplyFormat

    /// - Parameters:
    ///   - file: Where to write.
    ///   - format: How.
    package init(_ file: FileDescriptor, format: ReplyFormat) {
        output = BlockWriter(file)
        self.format = format
    }

    /// Writes the replies of one chunk, and does not return before they have arrived in the file.
    package func write(_ replies: [(key: KeyBatch.Key, reply: KeyReply)]) throws(SystemError) {
        for (key, reply) in replies {
            let line = ReplyWriter.line(key.bytes, reply, format)
            try output.append(text: line)
            try output.append(UInt8(ascii: "\n"))
        }
        try output.flush()
    }

    /// Writes a last line.
    package func end(with line: String) throws(SystemError) {
        try output.append(text: line)
        try output.append(UInt8(ascii: "\n"))
        try output.flush()
    }

    static func line(_ key: [UInt8], _ reply: KeyReply, _ format: ReplyFormat) -> String {
        switch (format, outcome(of: reply)) {
        case (.text, .success(let value)):
            EscapedText.text(key) + "\t" + ReplyText.line(value)
        case (.text, .failure(let words)):
            EscapedText.text(key) + "\t(error) " + EscapedText.text(Array(words.text.utf8))
        case (.json, .success(let value)):
            JSONText.object([JSONText.member("key", key), ("reply", JSONText(value))]).line
        case (.json, .failure(let words)):
            JSONText.object([JSONText.member("key", key), ("error", .string(words.text))]).line
        }
    }

    private struct Words: Error {
        let text: String
    }

    private static func outcome(of reply: KeyReply) -> Result<RESPValue, Words> {
        switch reply {
        case .value(let value): .success(value)
        case .error(let error): .failure(Words(text: error.message))
        case .tooLarge(let error): .failure(Words(text: error.message))
        case .outcomeUnknown(let error): .failure(Words(text: "outcome unknown: \(error.message)"))
        case .unreachable(let error): .failure(Words(text: "not answered: \(error.message)"))
        }
    }
}
