import NIOCore
import NIOSSL
import NIOTLS

extension NodeConnection {
    /// Encrypts a connected channel, if that is wanted.
    ///
    /// - Parameters:
    ///   - channel: A channel with automatic reading switched off.
    ///   - address: The server at the other end, as the cluster announces it. A socket of this machine is not
    ///     encrypted: servers do not speak TLS there.
    ///   - target: Where it was sought. A certificate is made for the name that is announced; an announced IP
    ///     address that leads elsewhere cannot be compared with the other end's, so there the target counts.
    ///   - configuration: Says whether and how.
    ///   - deadline: When the handshake has to be over.
    /// - Returns: The channel, through the handshake. What the server sends next is read by the handlers that
    ///   are added from within the success of this future. It fails with ``ConnectionError`` and nothing
    ///   else.
    static func secure(
        _ channel: any Channel,
        address: NodeAddress,
        target: NodeAddress,
        configuration: ConnectionConfiguration,
        until deadline: NIODeadline
    ) -> EventLoopFuture<any Channel> {
        guard let security = configuration.tls, address.socketPath == nil else {
            return channel.eventLoop.makeSucceededFuture(channel)
        }
        let isNamed = security.expectedName(of: address.host) != nil
        let host = isNamed || target.socketPath != nil ? address.host : target.host
        let secured = channel.eventLoop.makePromise(of: (any Channel).self)
        do {
            let tls = try security.makeHandler(for: host)
            try channel.pipeline.syncOperations.addHandlers([
                tls,
                TLSHandshakeHandler(address, host, configuration, security, tls, until: deadline, secured),
            ])
            channel.setOption(.autoRead, value: true).whenFailure { _ in channel.close(promise: nil) }
        } catch {
            channel.close(promise: nil)
            let message = "TLS cannot begin: \(error)"
            secured.fail(ConnectionError(.other, address: address, message: message))
        }
        return secured.futureResult
    }
}

/// Waits for the end of a TLS handshake, then leaves the pipeline. Confined to the event loop of its channel.
private final class TLSHandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let address: NodeAddress
    /// What the certificate has to be made for.
    private let host: String
    private let security: TransportSecurity
    private let tls: NIOSSLClientHandler
    private let connectTimeout: Duration
    private let deadline: NIODeadline
    private var secured: EventLoopPromise<any Channel>?
    private var timer: Scheduled<Void>?

    init(
        _ address: NodeAddress,
        _ host: String,
        _ configuration: ConnectionConfiguration,
        _ security: TransportSecurity,
        _ tls: NIOSSLClientHandler,
        until deadline: NIODeadline,
        _ secured: EventLoopPromise<any Channel>
    ) {
        self.address = address
        self.host = host
        self.security = security
        self.tls = tls
        connectTimeout = configuration.connectTimeout
        self.deadline = deadline
        self.secured = secured
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            let limit = self.connectTimeout
            let message = "no TLS handshake within \(limit): the server hangs, or this port is without TLS"
            self.fail(.connectTimeout, message)
            channel.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let secured, case TLSUserEvent.handshakeCompleted = event else {
            return context.fireUserInboundEventTriggered(event)
        }
        if let certificate = tls.peerCertificate, !security.isMeant(certificate, by: host) {
            let mismatch = NIOSSLExtraError.failedToValidateHostname
            fail(ConnectionError(securing: address, for: host, security, mismatch, certificate: certificate))
            context.close(promise: nil)
            return
        }
        self.secured = nil
        timer?.cancel()
        // Whoever talks on the channel is added here: the first reply may be in the same read.
        secured.succeed(context.channel)
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard secured != nil else { return context.fireErrorCaught(error) }
        // The TLS handler closes the channel itself.
        fail(ConnectionError(securing: address, for: host, security, error, certificate: tls.peerCertificate))
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.closed, "the server closed the connection in the middle of the TLS handshake")
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        fail(.closed, "the connection is closed")
    }

    private func fail(_ kind: ConnectionError.Kind, _ message: String) {
        fail(ConnectionError(kind, address: address, message: message))
    }

    private func fail(_ error: ConnectionError) {
        timer?.cancel()
        timer = nil
        secured?.fail(error)
        secured = nil
    }
}
