import NIOCore

/// The last handler of a connection's pipeline: encoded commands out, replies in, each to who asked.
///
/// Confined to the event loop of its channel.
final class NodeConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let address: NodeAddress
    /// Where the server was sought, if an address map says so.
    private let target: NodeAddress?
    private let commandTimeout: Duration
    private let replyTime: TimeAmount
    private let usesTLS: Bool
    private var hasReceived = false
    private var parser: ReplyParser
    private let gate: ReplyGate
    /// Whether the gate holds it back: it does not read then.
    private var isHeldBack = false
    private var wantsToRead = false
    /// Whether the gate knows of a large reply.
    private var isInGate = false
    /// What has arrived since it last counted as a sign of life.
    private var bytesArrived = 0
    private var pending = PendingRequests()
    private var context: ChannelHandlerContext?
    /// One timer, not one for each request: when it fires, it looks who is late and sleeps until the next
    /// can be.
    private var timer: Scheduled<Void>?
    private var onClose: ((ConnectionError) -> Void)?
    /// Counts calls, where somebody wants them counted.
    private(set) var calls: CallRecorder?
    /// Why the connection is closed; `nil` while it is open.
    private(set) var failure: ConnectionError?

    init(
        address: NodeAddress,
        target: NodeAddress?,
        configuration: ConnectionConfiguration,
        gate: ReplyGate
    ) {
        self.address = address
        self.target = target == address ? nil : target
        self.gate = gate
        commandTimeout = configuration.commandTimeout
        replyTime = TimeAmount(configuration.commandTimeout)
        usesTLS = configuration.tls != nil && address.socketPath == nil
        parser = ReplyParser(maximumReplyBytes: configuration.maximumReplyBytes)
    }

    func send(
        _ command: Command,
        limit: ReplyLimit,
        hold: ReadHold?,
        completion: @escaping PendingRequests.Completion
    ) {
        guard let context, failure == nil else { return completion(.failure(closedError)) }
        let now = context.eventLoop.now
        pending.append(limit, hold: hold, completion, deadline: now + replyTime)
        calls?.sent(command.encoded, at: now)
        write(command.encoded, context: context)
    }

    func send(
        _ commands: Pipeline,
        limit: ReplyLimit,
        completion: @escaping PendingRequests.BurstCompletion
    ) {
        guard let context, failure == nil else { return completion(.failure(closedError)) }
        guard commands.count > 0 else { return completion(.success([])) }
        let now = context.eventLoop.now
        pending.append(replyCount: commands.count, limit, completion, deadline: now + replyTime)
        calls?.sent(commands: commands.encoded, isJoined: false, at: now)
        write(commands.encoded, context: context)
    }

    func send(
        joining commands: Pipeline,
        hold: ReadHold?,
        completion: @escaping PendingRequests.Completion
    ) {
        guard let context, failure == nil else { return completion(.failure(closedError)) }
        let now = context.eventLoop.now
        pending.append(joining: commands.count, hold: hold, completion, deadline: now + replyTime)
        calls?.sent(commands: commands.encoded, isJoined: true, at: now)
        write(commands.encoded, context: context)
    }

    func send(
        _ wire: [ByteBuffer],
        replyCount: Int,
        names: [(name: CommandName, count: Int)],
        receive: @escaping (FlatReply) -> Void,
        lost: @escaping (ConnectionError) -> Void
    ) {
        guard let context, failure == nil else { return lost(closedError) }
        let now = context.eventLoop.now
        pending.append(replyCount: replyCount, receive, lost: lost, deadline: now + replyTime)
        for (name, count) in names { calls?.sent(name, count, at: now) }
        for piece in wire { write(inSlices: piece, context: context) }
        context.flush()
        if isHeldBack { gate.reconsider() }
        if timer == nil { armTimer(context: context) }
    }

    /// What the peer takes of a large command shows that it is alive.
    private func write(inSlices piece: ByteBuffer, context: ChannelHandlerContext) {
        var rest = piece
        while rest.readableBytes > Self.sliceSize, let slice = rest.readSlice(length: Self.sliceSize) {
            let written = context.eventLoop.makePromise(of: Void.self)
            written.futureResult.assumeIsolated().whenSuccess { self.extendDeadline() }
            context.write(wrapOutboundOut(slice), promise: written)
        }
        context.write(wrapOutboundOut(rest), promise: nil)
    }

    private static let sliceSize = 1 << 20

    func setOnClose(_ action: @escaping (ConnectionError) -> Void) {
        guard failure == nil else { return action(closedError) }
        onClose = action
    }

    /// From now on calls are counted.
    func observe(_ calls: CallRecorder) {
        guard failure == nil else { return calls.closed() }
        self.calls = calls
    }

    /// Closes the channel and tells everyone why. Only the first reason counts.
    func close(_ reason: ConnectionError) {
        guard failure == nil else { return }
        var reason = reason
        reason.target = target
        // First of all, so that whoever is called below finds the connection closed.
        failure = reason
        timer?.cancel()
        timer = nil
        context?.close(promise: nil)
        gate.leave(ObjectIdentifier(self))
        calls?.closed()
        for (position, fail) in pending.removeAll().enumerated() {
            fail(position == 0 ? reason : reason.forBystanders)
        }
        onClose?(reason)
        onClose = nil
    }

    func closeByUs() {
        close(ConnectionError(.closed, address: address, message: "the connection was closed by this client"))
    }

    private var closedError: ConnectionError {
        failure
            ?? ConnectionError(.closed, address: address, target: target, message: "the connection is closed")
    }

    private func write(_ bytes: ByteBuffer, context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        // What was held back for a stream alone may be in the way of this request.
        if isHeldBack { gate.reconsider() }
        if timer == nil { armTimer(context: context) }
    }

    // MARK: Deadlines

    private func armTimer(context: ChannelHandlerContext) {
        guard let deadline = pending.nextDeadline else { return }
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.timerFired() }
    }

    private func extendDeadline() {
        guard let context, pending.isPipelined else { return }
        bytesArrived = 0
        pending.extend(to: context.eventLoop.now + replyTime)
    }

    /// A server that sends a byte now and then would never be late otherwise.
    private static let signOfLife = 16 << 10

    private func timerFired() {
        timer = nil
        guard let context, failure == nil, let deadline = pending.nextDeadline else { return }
        guard deadline <= context.eventLoop.now else { return armTimer(context: context) }
        guard !isHeldBack else {
            // It is not the server that is late.
            pending.postpone(to: context.eventLoop.now + replyTime)
            return armTimer(context: context)
        }
        close(ConnectionError(.timeout, address: address, message: "no reply within \(commandTimeout)"))
    }

    // MARK: Events of the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        close(ConnectionError(.closed, address: address, message: "the connection is closed"))
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        let hint = hasReceived ? "" : silenceHint
        close(ConnectionError(.closed, address: address, message: "the server closed the connection" + hint))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        var failure = ConnectionError(breaking: error, at: address)
        if !hasReceived, failure.kind == .closed { failure.message += silenceHint }
        close(failure)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var hasReply = false
        let data = unwrapInboundIn(data)
        calls?.received(byteCount: data.readableBytes)
        data.withUnsafeReadableBytes { bytes in
            if !hasReceived {
                hasReceived = true
                guard !isTLSAlert(bytes) else { return close(tlsExpected) }
            }
            var rest = bytes
            bytesArrived += bytes.count
            // Who gets a reply may close the connection.
            while failure == nil, let reply = nextReply(&rest) {
                hasReply = true
                deliver(reply)
            }
        }
        if hasReply || bytesArrived >= Self.signOfLife { extendDeadline() }
        askGate()
    }

    private func askGate() {
        let bytes = failure == nil ? parser.pendingBytes : 0
        guard bytes > ReplyGate.freeBytes || isInGate else { return }
        isInGate = bytes > ReplyGate.freeBytes
        isHeldBack = !gate.admits(ObjectIdentifier(self), holding: bytes) { [weak self] in
            self?.pending.isWanted ?? false
        } resume: { [weak self] in
            self?.readOn()
        }
    }

    private func readOn() {
        guard isHeldBack else { return }
        isHeldBack = false
        guard let context, failure == nil else { return }
        pending.postpone(to: context.eventLoop.now + replyTime)
        guard wantsToRead else { return }
        wantsToRead = false
        context.read()
    }

    func read(context: ChannelHandlerContext) {
        if isHeldBack { wantsToRead = true } else { context.read() }
    }

    /// What the server may have wanted that closed the connection before its first reply.
    private var silenceHint: String {
        usesTLS
            ? " before its first reply: it may want a client certificate"
            : " before its first reply: it may listen with TLS only"
    }

    /// A record of the kind 21, in any version 3.x. Source: RFC 8446, 5.1.
    private func isTLSAlert(_ bytes: UnsafeRawBufferPointer) -> Bool {
        !usesTLS && bytes.count > 1 && bytes[0] == 21 && bytes[1] == 3
    }

    private var tlsExpected: ConnectionError {
        let message = "the server speaks TLS on this port: connect with TLS"
        return ConnectionError(.noCommonProtocol, address: address, message: message)
    }

    private func nextReply(_ input: inout UnsafeRawBufferPointer) -> FlatReply? {
        do throws(ReplyParser.Failure) {
            return try parser.next(&input, joining: pending.joinedReplyCount, atMost: pending.limit.bytes)
        } catch {
            let kind: ConnectionError.Kind =
                switch error.kind {
                case .protocolViolation: .protocolViolation
                case .replyTooLarge: .replyTooLarge
                case .outOfMemory: .other
                }
            close(ConnectionError(kind, address: address, message: error.message))
            return nil
        }
    }

    private func deliver(_ reply: FlatReply) {
        calls?.received(reply)
        switch pending.receive(reply) {
        case .single(let completion, let reply): completion(.success(reply))
        case .burst(let completion, let replies): completion(.success(replies))
        case .one(let receive, let reply): receive(reply)
        case .await: break
        case .unsolicited:
            // Servers say good-bye with an error nobody asked for.
            let what = reply.error?.message ?? "a reply nobody asked for"
            close(ConnectionError(.protocolViolation, address: address, message: "the server sent: \(what)"))
        }
    }
}
