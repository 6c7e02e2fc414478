import CHiredisSupport

/// Cuts the bytes that a server sends into replies, with the reader of hiredis.
///
/// The parser does not bound time, only memory: what is announced costs nothing until it arrives.
package struct ReplyParser: ~Copyable {
    /// Why the input cannot be read any further. The parser gives it again for whatever follows.
    package struct Failure: Error, Hashable, Sendable {
        package enum Kind: Hashable, Sendable { case protocolViolation, replyTooLarge, outOfMemory }

        package var kind: Kind
        package var message: String
    }

    /// Freed by `deinit` and nowhere else, and never handed out: `~Copyable` makes this the only reference.
    private let parser: OpaquePointer

    /// Creates a parser.
    ///
    /// - Parameter maximumReplyBytes: The memory one reply may take, in bytes; at most 2 GiB.
    package init(maximumReplyBytes: Int) {
        guard let parser = cscan_parser_create(Swift.max(maximumReplyBytes, 0)) else {
            fatalError("out of memory")
        }
        self.parser = parser
    }

    deinit { cscan_parser_free(parser) }

    /// What has arrived of replies that are not complete, in bytes as they count against the bound.
    package var pendingBytes: Int { cscan_parser_pending(parser) }

    /// The memory held for input and replies at this moment, in bytes.
    package var memory: Int { cscan_parser_memory(parser) }

    /// Takes the next reply from the input, or all of the input if it does not complete a reply.
    ///
    /// - Parameters:
    ///   - input: The bytes received; on return, those that follow the reply.
    ///   - count: How many replies to join in one piece of memory. The same until they are complete.
    ///   - limit: The memory these replies may take, in bytes, where that is less than what the parser
    ///     allows.
    /// - Returns: A complete reply, or `nil` if the input is used up.
    /// - Throws: ``Failure`` if the input is not RESP2, or a reply is larger than allowed.
    package mutating func next(
        _ input: inout UnsafeRawBufferPointer,
        joining count: Int = 1,
        atMost limit: Int = .max
    ) throws(Failure) -> FlatReply? {
        var start = input.baseAddress?.assumingMemoryBound(to: CChar.self)
        var length = input.count
        var reply = cscan_reply()
        // The parser reads at most `length` bytes from `start`, and keeps neither.
        let status = cscan_parser_next(parser, &start, &length, count, Swift.max(limit, 0), &reply)
        input = UnsafeRawBufferPointer(start: start, count: length)
        switch status {
        case CSCAN_REPLY: return FlatReply(adopting: reply)
        case CSCAN_NEED_MORE: return nil
        case CSCAN_ERROR_TOO_LARGE: throw failure(.replyTooLarge)
        case CSCAN_ERROR_MEMORY: throw failure(.outOfMemory)
        default: throw failure(.protocolViolation)
        }
    }

    private func failure(_ kind: Failure.Kind) -> Failure {
        Failure(kind: kind, message: String(cString: cscan_parser_error(parser)))
    }
}
