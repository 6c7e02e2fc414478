package import ScanCore

/// Names of keys, each on a line or before a zero byte.
extension BlockWriter {
    /// Takes all names of a batch.
    ///
    /// - Returns: How many names the format cannot represent: those with a zero byte, in the format `nul`.
    /// - Throws: ``SystemError`` if a block had to be written and could not be.
    package mutating func write(
        _ keys: KeyBatch,
        _ format: KeyFormat,
        escapesDeceptive: Bool
    ) throws -> UInt64 {
        var leftOut: UInt64 = 0
        switch format {
        case .text, .tsv: try keys.forEachKey { try writeTextLine($0, escapesDeceptive: escapesDeceptive) }
        case .json: try keys.forEachKey { try writeJSONLine($0, escapesDeceptive: escapesDeceptive) }
        case .csv:
            try keys.forEachKey { name in
                try writeCSVName(name, escapesDeceptive: escapesDeceptive)
                try writeCSVLineEnd()
            }
        case .nul:
            try keys.forEachKey { name in
                if try !writeTerminated(name) { leftOut += 1 }
            }
        }
        return leftOut
    }

    /// - Returns: Whether the name was taken.
    private mutating func writeTerminated(_ name: UnsafeRawBufferPointer) throws(SystemError) -> Bool {
        guard !name.contains(0) else { return false }
        if try makeRoom(name.count + 1) {
            store(name)
            store(0)
        } else {
            try append(name)
            try append(0)
        }
        return true
    }
}
