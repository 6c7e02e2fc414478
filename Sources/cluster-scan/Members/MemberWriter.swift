import ArgumentParser
package import ClusterScan

/// How the members of a key are written.
package enum MemberFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// One escaped member a line, what belongs to it behind tabs.
    case text
    /// One JSON object a line.
    case json
    /// The bytes of each name and value, and a zero byte.
    case nul
}

/// Writes members of a collection in one of the formats.
package struct MemberWriter: ~Copyable {
    /// What to write besides names.
    package struct Parts: Sendable {
        /// The values of a hash, the fields of a stream.
        package var values: Bool
        /// The scores of a sorted set.
        package var scores: Bool

        package init(values: Bool = true, scores: Bool = true) {
            self.values = values
            self.scores = scores
        }
    }

    package private(set) var output: BlockWriter
    private let format: MemberFormat
    private let parts: Parts
    private let escapesDeceptive: Bool
    /// Members that were written.
    package private(set) var members: UInt64 = 0
    /// Members that the format cannot represent and that were left out: those with a zero byte in name or
    /// value, in the format `nul`.
    package private(set) var leftOut: UInt64 = 0

    /// - Parameters:
    ///   - output: Where to write.
    ///   - format: How to write.
    ///   - parts: What to write besides names.
    ///   - escapesDeceptive: Whether to escape also characters that a terminal could be misled by.
    package init(
        _ output: consuming BlockWriter,
        format: MemberFormat,
        parts: Parts = Parts(),
        escapesDeceptive: Bool = false
    ) {
        self.output = output
        self.format = format
        self.parts = parts
        self.escapesDeceptive = escapesDeceptive
    }

    /// - Throws: ``SystemError`` if a block had to be written and could not be.
    package mutating func write(_ members: some Sequence<Member>) throws(SystemError) {
        for member in members {
            switch format {
            case .text:
                try writeText(words(of: member))
                self.members += 1
            case .json:
                try writeJSON(member)
                self.members += 1
            case .nul:
                try writeTerminated(words(of: member))
            }
        }
    }

    /// Writes a line that is not a member.
    package mutating func write(line: String) throws(SystemError) {
        try output.append(text: line)
        try output.append(UInt8(ascii: "\n"))
    }

    package mutating func flush() throws(SystemError) {
        try output.flush()
    }

    /// The name, and whatever follows it.
    private func words(of member: Member) -> [[UInt8]] {
        switch member {
        case .member(let name): [name]
        case .field(let name, let value): value.map { [name, $0] } ?? [name]
        case .scored(let name, let score):
            parts.scores ? [name, Array(MemberWriter.text(of: score).utf8)] : [name]
        case .element(let bytes, _): [bytes]
        case .entry(let id, let fields):
            [Array(id.description.utf8)] + fields.flatMap { [$0.name, $0.value] }
        }
    }

    private mutating func writeText(_ words: [[UInt8]]) throws(SystemError) {
        for (index, word) in words.enumerated() {
            if index > 0 { try output.append(UInt8(ascii: "\t")) }
            try word.withUnsafeBufferPointer { (bytes) throws(SystemError) in
                try output.writeEscapedName(UnsafeRawBufferPointer(bytes), escapesDeceptive: escapesDeceptive)
            }
        }
        try output.append(UInt8(ascii: "\n"))
    }

    private mutating func writeTerminated(_ words: [[UInt8]]) throws(SystemError) {
        guard !words.contains(where: { $0.contains(0) }) else {
            leftOut += 1
            return
        }
        for word in words {
            try output.append(word)
            try output.append(0)
        }
        members += 1
    }

    private mutating func writeJSON(_ member: Member) throws(SystemError) {
        try output.append("{")
        switch member {
        case .member(let name):
            try writeJSON("member", name)
        case .field(let name, let value):
            try writeJSON("field", name)
            if let value {
                try output.append(",")
                try writeJSON("value", value)
            }
        case .scored(let name, let score):
            try writeJSON("member", name)
            if parts.scores {
                let text = MemberWriter.text(of: score)
                try output.append(text: ",\"score\":" + (score.isFinite ? text : "\"\(text)\""))
            }
        case .element(let bytes, let index):
            try output.append(text: "\"index\":\(index),")
            try writeJSON("element", bytes)
        case .entry(let id, let fields):
            try output.append(text: "\"id\":\"\(id)\"")
            if parts.values {
                try output.append(",\"fields\":[")
                for (index, field) in fields.enumerated() {
                    try output.append(index == 0 ? "{" : ",{")
                    try writeJSON("name", field.name)
                    try output.append(",")
                    try writeJSON("value", field.value)
                    try output.append("}")
                }
                try output.append("]")
            }
        }
        try output.append("}\n")
    }

    private mutating func writeJSON(_ name: String, _ bytes: [UInt8]) throws(SystemError) {
        try output.writeJSONPair(name, bytes, escapesDeceptive: escapesDeceptive)
    }

    /// The shortest text that reads back as the same number, whole numbers without a point, as servers have
    /// it.
    static func text(of score: Double) -> String {
        if score.isInfinite { return score < 0 ? "-inf" : "inf" }
        let text = score.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
