package import ClusterScan
package import ClusterScanOperations

extension KeyWriter {
    /// Writes the first keys of a batch with what is known of them.
    ///
    /// - Throws: ``SystemError``.
    package mutating func write(_ keys: KeyBatch, _ metadata: [KeyMetadata], first count: Int = .max) throws {
        for index in 0..<min(count, keys.count, metadata.count) {
            try keys.withUnsafeBytes(ofKeyAt: index) { name in
                try writeRow(name, metadata[index])
            }
        }
    }

    private mutating func writeRow(
        _ name: UnsafeRawBufferPointer,
        _ metadata: KeyMetadata
    ) throws(SystemError) {
        switch format {
        case .text, .tsv:
            try output.writeEscapedName(name, escapesDeceptive: escapesDeceptive)
            for field in fields {
                try append("\t")
                try writeValue(FieldText(field, of: metadata))
            }
            try append("\n")
        case .csv:
            try output.writeCSVName(name, escapesDeceptive: escapesDeceptive)
            for field in fields {
                try append(",")
                try writeValue(FieldText(field, of: metadata))
            }
            try output.writeCSVLineEnd()
        case .json:
            try output.writeJSONName(name, escapesDeceptive: escapesDeceptive)
            for field in fields {
                try append(",\"\(field.rawValue)\":")
                switch FieldText(field, of: metadata) {
                case .unknown: try append("null")
                case .number(let number): try append(String(number))
                case .text(let text): try append(JSONText.string(text).line)
                }
            }
            try append(metadata.isGone ? ",\"gone\":true}\n" : "}\n")
        case .nul:
            assertionFailure("the command line refuses it: names that end in a zero byte have no columns")
        }
    }

    /// What servers say is escaped like a name, whatever they may say.
    private mutating func writeValue(_ value: FieldText) throws(SystemError) {
        switch value {
        case .unknown: break
        case .number(let number): try append(String(number))
        case .text(let text):
            try Array(text.utf8).withUnsafeBufferPointer { (bytes) throws(SystemError) in
                let bytes = UnsafeRawBufferPointer(bytes)
                if format == .csv {
                    try output.writeCSVName(bytes, escapesDeceptive: escapesDeceptive)
                } else {
                    try output.writeEscapedName(bytes, escapesDeceptive: escapesDeceptive)
                }
            }
        }
    }
}
