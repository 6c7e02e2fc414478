import NIOCore
import NIOPosix

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Probes on connections that say nothing: a peer that went without a word, or a middlebox that has forgotten
/// the connection, is noticed after a minute instead of the two hours that systems wait by themselves.
///
/// No `TCP_USER_TIMEOUT`: what is sent is bounded by `commandTimeout`, and the option would also cut off a
/// server that is alive but busy for longer than it says, with more on its way than its system takes in.
enum Keepalive {
    private static let idleSeconds: Int = 30
    private static let intervalSeconds: Int = 10
    private static let probes: Int = 3

    #if canImport(Darwin)
        private static let idle = NIOBSDSocket.Option(rawValue: TCP_KEEPALIVE)
    #else
        private static let idle = NIOBSDSocket.Option(rawValue: TCP_KEEPIDLE)
    #endif

    /// Has connections of a bootstrap probed.
    static func apply(to bootstrap: ClientBootstrap) -> ClientBootstrap {
        bootstrap
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(idle), value: idleSeconds)
            .channelOption(.tcpOption(NIOBSDSocket.Option(rawValue: TCP_KEEPINTVL)), value: intervalSeconds)
            .channelOption(.tcpOption(NIOBSDSocket.Option(rawValue: TCP_KEEPCNT)), value: probes)
    }
}
