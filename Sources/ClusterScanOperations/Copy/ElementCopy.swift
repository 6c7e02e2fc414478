import ClusterScan

/// Copies one key piece by piece: reads its elements, writes them under a temporary name, and renames that
/// when it is complete, so that no client ever sees half a value. The key is watched from before the first
/// element to after the last one, and read again if it has changed meanwhile.
struct ElementCopy: Sendable {
    enum Outcome: Sendable {
        /// With the size of what was written, in bytes.
        case copied(bytes: Int)
        case vanished
        /// The key exists at the destination, and may not be replaced.
        case present
        case failed(String)
    }

    /// Why an attempt came to nothing.
    enum Trouble: Error {
        /// The value changed, or a connection was lost: another attempt may do better.
        case interrupted(String)
        /// No attempt can do better.
        case impossible(String)
        /// The destination is older than Redis 7.0.
        case older
        /// The key is not there any more.
        case vanished
    }

    let source: ClusterScanner
    let destination: ClusterScanner
    let key: [UInt8]
    let target: [UInt8]
    let replacesExisting: Bool
    let options: CommandOptions
    /// Reads expiries at the source.
    let reader: MomentReader

    /// About how much is read and written at once, in bytes: below the least `proto-max-bulk-len`.
    static let pageBytes = 512 << 10
    static let attempts = 5
    static let unsteady = "it changed each time it was read, which takes more than one command"

    /// Copies the key.
    func run() async throws -> Outcome {
        if !replacesExisting, try await integer("EXISTS", target, at: destination) == 1 { return .present }
        var reason = ""
        var countsEntries = true
        for _ in 0..<Self.attempts {
            let temporary = TemporaryKey.name(besides: target)
            do {
                let (bytes, expiry) = try await copyWatched(to: temporary, countsEntries)
                return try await rename(temporary, bytes: bytes, expiry)
            } catch Trouble.interrupted(let words) {
                reason = words
                try await remove(temporary)
            } catch Trouble.older {
                countsEntries = false
                try await remove(temporary)
            } catch Trouble.impossible(let words) {
                try await remove(temporary)
                return .failed(words)
            } catch Trouble.vanished {
                try await remove(temporary)
                return .vanished
            } catch {
                // Patience is at its end already.
                try? await remove(temporary, patience: .zero)
                throw error
            }
        }
        return .failed(reason)
    }

    /// - Returns: How many bytes of values were written, and when the key expires: both of one moment.
    private func copyWatched(
        to temporary: [UInt8],
        _ countsEntries: Bool
    ) async throws -> (bytes: Int, expiry: KeyLifetime) {
        try await source.watching([key], options: options) { watch in
            let expiry = try await reader.lifetimes(of: [key])[0]
            let bytes = try await copyElements(to: temporary, countsEntries)
            guard try await watch.isUnchanged() else { throw Trouble.interrupted(Self.unsteady) }
            return (bytes, expiry)
        }
    }

    private func copyElements(to temporary: [UInt8], _ countsEntries: Bool) async throws -> Int {
        let type = try await value("TYPE", key).string ?? "none"
        switch KeyType(rawValue: type) {
        case .string: return try await copyString(to: temporary)
        case .list: return try await copyList(to: temporary)
        case .set: return try await copySet(to: temporary)
        case .sortedSet: return try await copySortedSet(to: temporary)
        case .hash: return try await copyHash(to: temporary)
        case .stream: return try await copyStream(to: temporary, countsEntries: countsEntries)
        case KeyType(rawValue: "none"): throw Trouble.vanished
        default:
            throw Trouble.impossible(
                "a value of type \(type) cannot be copied element by element, and is too large or too new to "
                    + "be copied in one piece"
            )
        }
    }

    private func rename(_ temporary: [UInt8], bytes: Int, _ expiry: KeyLifetime) async throws -> Outcome {
        try await write([expiry.command(for: temporary)], to: temporary)
        let answer = try await destination.answer(
            to: KeyCommand(
                replacesExisting ? "RENAME" : "RENAMENX",
                key: temporary,
                [target],
                isRepeatable: true
            ),
            options: options
        )
        if answer.integer == 0 {
            try await remove(temporary)
            return .present
        }
        guard let error = answer.refusal else { return .copied(bytes: bytes) }
        guard error.message.contains("no such key") else { throw Trouble.impossible(error.message) }
        // It was renamed by a command whose reply was lost, or has just expired.
        if try await integer("EXISTS", target, at: destination) == 1 { return .copied(bytes: bytes) }
        if case .at(let moment) = expiry, moment <= SystemTime.millisecondsSince1970 { return .vanished }
        throw Trouble.interrupted("the temporary key is gone from the destination")
    }

    private func remove(_ temporary: [UInt8], patience: Duration? = nil) async throws {
        var options = options
        options.patience = patience ?? options.patience
        _ = try await destination.answer(
            to: KeyCommand("UNLINK", key: temporary, isRepeatable: true),
            options: options
        )
    }

    // MARK: Commands

    /// Asks the source.
    func value(_ name: String, _ key: [UInt8], _ arguments: [[UInt8]] = []) async throws -> RESPValue {
        let answer = try await source.answer(
            to: KeyCommand(name, key: key, arguments, isRepeatable: true),
            options: options
        )
        guard let value = answer.value else {
            throw Trouble.interrupted("\(name): \(answer.trouble ?? "no value")")
        }
        return value
    }

    /// Asks for a number.
    func integer(_ name: String, _ key: [UInt8], at scanner: ClusterScanner) async throws -> Int {
        let answer = try await scanner.answer(
            to: KeyCommand(name, key: key, isRepeatable: true),
            options: options
        )
        guard let value = answer.integer else {
            throw Trouble.interrupted("\(name): \(answer.trouble ?? "not a number")")
        }
        return Int(clamping: value)
    }

    /// Writes to the destination, all of it at one moment.
    private func write(_ commands: [[[UInt8]]], to temporary: [UInt8], isRepeatable: Bool = true) async throws
    {
        let answer = try await destination.answer(
            to: KeyCommand(atOneMoment: commands, of: temporary, isRepeatable: isRepeatable),
            options: options
        )
        for (command, reply) in zip(commands, answer.value?.array ?? []) {
            if case .error(let error) = reply, !StreamWriting.isOptional(command) { throw Trouble(error) }
        }
        switch answer {
        case .value: break
        case .refused(let error): throw Trouble(error)
        case .tooLarge, .outcomeUnknown: throw Trouble.interrupted(answer.trouble ?? "no reply")
        }
    }

    /// Writes a page, and lets the temporary key live on.
    func writePage(_ commands: [[[UInt8]]], to temporary: [UInt8], isRepeatable: Bool = true) async throws {
        guard !commands.isEmpty else { return }
        let commands = commands + [PlainWriter.lifeline(of: temporary)]
        try await write(commands, to: temporary, isRepeatable: isRepeatable)
    }

    /// How many elements to ask for at once, so that a page stays near ``pageBytes``.
    func pageCount(length: Int) async throws -> Int {
        let size = try await KeySizes.read(of: [key], at: source, options: options).first ?? 0
        guard size > Self.pageBytes, length > 0 else { return 1000 }
        return max(1, min(1000, Self.pageBytes / max(1, size / length)))
    }
}

extension ElementCopy.Trouble {
    /// What a refusal of the destination comes to.
    fileprivate init(_ error: ServerError) {
        if error.message.contains("equal or smaller") {
            // Entries of a stream arrived in another order, as their slot moved.
            self = .interrupted(error.message)
        } else if StreamWriting.isTooNew(error) {
            self = .older
        } else {
            self = .impossible(PlainValue.obstacle(error).message)
        }
    }
}
