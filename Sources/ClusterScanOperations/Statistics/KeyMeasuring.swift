import ClusterScan

/// Some thousand keys that are asked about together.
struct KeyChunk: Sendable {
    private(set) var batches: [ScanBatch] = []
    private(set) var count = 0

    mutating func append(_ batch: ScanBatch) {
        batches.append(batch)
        count += batch.keys.count
    }

    func forEachKey(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        for batch in batches { try batch.keys.forEachKey(body) }
    }

    /// The position in the whole is given along with each name.
    func forEachKey(at positions: [Int], _ body: (Int, UnsafeRawBufferPointer) throws -> Void) rethrows {
        var rest = positions[...]
        var start = 0
        for batch in batches {
            while let position = rest.first, position < start + batch.keys.count {
                try batch.keys.withUnsafeBytes(ofKeyAt: position - start) { try body(position, $0) }
                rest.removeFirst()
            }
            start += batch.keys.count
        }
    }
}

/// What the servers said about the keys of a chunk.
struct MeasuredChunk: Sendable {
    let chunk: KeyChunk
    /// In the order of the keys; `nil` for those that are gone.
    let observations: [KeyObservation?]
    let memoryRefusal: String?

    func add(to statistics: inout KeyspaceStatistics) {
        var position = 0
        var gone = 0
        for batch in chunk.batches {
            batch.keys.forEachKey { name in
                if let observation = observations[position] {
                    statistics.add(name, observation, at: batch.node)
                } else {
                    gone += 1
                }
                position += 1
            }
        }
        statistics.addVanished(gone)
        statistics.noteMemoryRefusal(memoryRefusal)
    }
}

extension ClusterScanner {
    /// Asks for the types of all keys of a chunk, and more of those in the sample: two rounds, as the command
    /// for the length depends on the type.
    func measure(
        _ chunk: KeyChunk,
        _ options: StatisticsOptions,
        sending: CommandOptions
    ) async throws -> MeasuredChunk {
        var commands: [KeyCommand] = []
        commands.reserveCapacity(chunk.count * (options.sample.isAll ? 3 : 1))
        var sampled: [Int] = []
        chunk.forEachKey { name in
            if options.sample.includes(name) { sampled.append(commands.count) }
            commands.append(KeyCommand("TYPE", key: name, isRepeatable: true))
        }
        let samples = options.memorySamples.map { [Array("SAMPLES".utf8), Array(String($0).utf8)] } ?? []
        chunk.forEachKey(at: sampled) { _, name in
            commands.append(KeyCommand("PTTL", key: name, isRepeatable: true))
            commands.append(KeyCommand("MEMORY USAGE", key: name, samples, isRepeatable: true))
        }
        let replies = try await send(commands, options: sending)

        var reader = MeasurementReader()
        var observations = try replies.prefix(chunk.count).map { try reader.type($0) }
        for (index, position) in sampled.enumerated() where observations[position] != nil {
            let first = chunk.count + 2 * index
            observations[position]?.measurement = try reader.measurement(
                expiry: replies[first],
                memory: replies[first + 1]
            )
        }
        try await addLengths(to: &observations, of: chunk, at: sampled, sending)
        return MeasuredChunk(chunk: chunk, observations: observations, memoryRefusal: reader.memoryRefusal)
    }

    private func addLengths(
        to observations: inout [KeyObservation?],
        of chunk: KeyChunk,
        at sampled: [Int],
        _ sending: CommandOptions
    ) async throws {
        var positions: [Int] = []
        var commands: [KeyCommand] = []
        chunk.forEachKey(at: sampled) { position, name in
            guard let type = observations[position]?.type, let command = type.lengthCommand else { return }
            positions.append(position)
            commands.append(KeyCommand(command, key: name, isRepeatable: true))
        }
        for (position, reply) in zip(positions, try await send(commands, options: sending)) {
            // The key may hold another type by now, or the user may not ask: the length stays unknown.
            guard let length = try MeasurementReader.value(reply)?.integer else { continue }
            observations[position]?.measurement?.length = UInt64(max(0, length))
        }
    }
}

/// Reads replies about keys.
private struct MeasurementReader {
    private(set) var memoryRefusal: String?
    /// A chunk has few different types.
    private var types: [(name: [UInt8], type: KeyType)] = []

    /// - Returns: `nil` for a key that is gone.
    mutating func type(_ reply: KeyReply) throws -> KeyObservation? {
        guard let name = try Self.requiredValue(reply, of: "TYPE")?.bytes else { return nil }
        if let known = types.first(where: { $0.name == name }) {
            return KeyObservation(type: known.type, measurement: nil)
        }
        let type = KeyType(rawValue: String(decoding: name, as: UTF8.self))
        guard type.rawValue != "none" else { return nil }
        types.append((name, type))
        return KeyObservation(type: type, measurement: nil)
    }

    /// - Returns: `nil` for a key that is gone.
    mutating func measurement(expiry: KeyReply, memory: KeyReply) throws -> KeyObservation.Measurement? {
        guard let milliseconds = try Self.requiredValue(expiry, of: "PTTL")?.integer, milliseconds != -2
        else { return nil }
        if case .error(let error) = memory { memoryRefusal = memoryRefusal ?? error.message }
        return KeyObservation.Measurement(
            timeToLive: milliseconds < 0 ? nil : .milliseconds(milliseconds),
            memory: try Self.value(memory)?.integer.map { UInt64(max(0, $0)) },
            length: nil
        )
    }

    private static func requiredValue(_ reply: KeyReply, of command: String) throws -> RESPValue? {
        if case .error(let error) = reply {
            throw ClusterScanError(
                refusal: error,
                "\(command), which statistics cannot do without: \(error.message)"
            )
        }
        return try value(reply)
    }

    static func value(_ reply: KeyReply) throws -> RESPValue? {
        switch reply {
        case .value(let value): value
        case .error: nil
        case .tooLarge(let error), .outcomeUnknown(let error), .unreachable(let error): throw error
        }
    }
}
