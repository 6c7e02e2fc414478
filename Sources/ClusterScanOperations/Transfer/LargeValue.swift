import ClusterScan

/// One large value, read piece by piece: what is held of it is about 1 MiB, or one element.
struct LargeValue {
    enum Outcome {
        case read
        case gone
        /// It had another type before anything was handed out.
        case changed
        /// It could not be read, or not to its end.
        case failed(ClusterScanError)
    }

    let scanner: ClusterScanner
    let options: CommandOptions
    let lifetimes: FieldLifetimes
    let key: [UInt8]
    let type: KeyType
    /// In bytes; `nil` if the server does not tell.
    let size: Int?

    static let keepsChanging = ClusterScanError(.protocolViolation, "the type of the key keeps changing")

    private static let pieceBytes = 1 << 20
    private static let mostElements = 1000
    /// A string up to this length is read whole, so that it can be shown as text.
    private static let longestWhole = 16 << 20
    /// A multiple of 3, so that pieces in base64 can be put together.
    private static let stringPiece = 3 << 20

    /// Reads the value.
    ///
    /// - Parameters:
    ///   - summary: What is known of it.
    ///   - body: Takes the parts.
    /// - Returns: What became of it.
    /// - Throws: `ClusterScanError` if the reason concerns all keys; what `body` throws.
    func read(
        _ summary: ValuePart.KeySummary,
        _ body: (ValuePart) throws -> Void
    ) async throws -> Outcome {
        guard let command = type.lengthCommand else { return .changed }
        let length: Int
        switch try await send(command).valueUnlessRefused() {
        case .success(let reply): length = Int(clamping: reply.integer ?? 0)
        case .failure(let error): return error.message.hasPrefix("WRONGTYPE") ? .changed : .failed(error)
        }
        guard length > 0 || type == .stream else { return .gone }
        if type == .string, length <= LargeValue.longestWhole {
            return try await readWholeString(summary, body)
        }
        try body(.begin(summary))
        var failure: ClusterScanError?
        do {
            try await readPieces(length: length, count: pieceCount(length), body)
        } catch let error as ClusterScanError {
            failure = error
        }
        try body(.end(failure))
        // What is the matter with this key alone does not keep others from being read.
        if let failure, ![.protocolViolation, .invalidQuery].contains(failure.code) { throw failure }
        return failure.map(Outcome.failed) ?? .read
    }

    private func readWholeString(
        _ summary: ValuePart.KeySummary,
        _ body: (ValuePart) throws -> Void
    ) async throws -> Outcome {
        switch try await send("GET").valueUnlessRefused() {
        case .success(let reply):
            guard let bytes = reply.bytes else { return .gone }
            var summary = summary
            summary.isInPieces = false
            try body(.begin(summary))
            try body(.string(bytes))
            try body(.end(nil))
            return .read
        case .failure(let error):
            return error.message.hasPrefix("WRONGTYPE") ? .changed : .failed(error)
        }
    }

    /// How many elements make up a piece.
    private func pieceCount(_ length: Int) -> Int {
        let average = max(1, (size ?? KeySizes.assumed) / max(1, length))
        return min(max(1, LargeValue.pieceBytes / average), LargeValue.mostElements)
    }

    private func readPieces(length: Int, count: Int, _ body: (ValuePart) throws -> Void) async throws {
        switch type {
        case .string:
            for start in stride(from: 0, to: length, by: LargeValue.stringPiece) {
                let end = min(start + LargeValue.stringPiece, length) - 1
                let reply = try await send("GETRANGE", "\(start)", "\(end)").valueUnlessRefused().get()
                let piece = reply.bytes ?? []
                guard piece.count == end - start + 1 else { throw LargeValue.becameShorter }
                try body(.string(piece))
            }
        case .list:
            var start = 0
            while true {
                let reply = try await send("LRANGE", "\(start)", "\(start + count - 1)").valueUnlessRefused()
                let elements = try reply.get().array ?? []
                guard !elements.isEmpty else { return }
                guard elements.count <= count else { throw LargeValue.notUnderstood }
                try body(.elements(elements.compactMap(\.bytes)))
                start += elements.count
            }
        case .stream:
            var start: String? = "-"
            var reached: (UInt64, UInt64) = (0, 0)
            while let from = start {
                let reply = try await send("XRANGE", from, "+", "COUNT", "\(count)").valueUnlessRefused()
                let entries = try reply.get().array?.compactMap(StreamEntry.init) ?? []
                guard !entries.isEmpty else { return }
                // Were ids not to rise, the stream would have no end.
                guard let last = entries.last?.position, last > reached else {
                    throw LargeValue.notUnderstood
                }
                reached = last
                try body(.entries(entries))
                start = entries.last?.next
            }
        case .set:
            try await gather(scanner.sscan(key, count: count), by: count) { try body(.elements($0)) }
        case .hash:
            try await gather(scanner.hscan(key, count: count), by: count) { fields in
                try body(.fields(fields))
                let expiring = try await lifetimes.read([(key, fields.map(\.field))])[0]
                if !expiring.isEmpty { try body(.lifetimes(expiring)) }
            }
        default:
            try await gather(scanner.zscan(key, count: count), by: count) { try body(.members($0)) }
        }
    }

    private func gather<Element: Sendable>(
        _ members: ScanMembers<Element>,
        by count: Int,
        _ body: ([Element]) async throws -> Void
    ) async throws {
        var piece: [Element] = []
        for try await member in members {
            piece.append(member)
            if piece.count >= count {
                try await body(piece)
                piece.removeAll(keepingCapacity: true)
            }
        }
        if !piece.isEmpty { try await body(piece) }
    }

    private static let notUnderstood = ClusterScanError(
        .protocolViolation,
        "the server answered with other elements than those asked for"
    )

    private static let becameShorter = ClusterScanError(
        .protocolViolation,
        "the string became shorter while it was read"
    )

    private func send(_ name: String, _ arguments: String...) async throws -> KeyReply {
        let command = KeyCommand(name, key: key, arguments.map { Array($0.utf8) }, isRepeatable: true)
        return try await scanner.send([command], options: options)[0]
    }
}
