package import NIOCore
import NIOPosix

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Finds the network addresses of hosts.
///
/// NIO's own resolver asks for one name after the other, numeric addresses included: one slow answer of a
/// name server holds up connections to all other nodes. This one asks on threads of a pool, and numbers not
/// at all.
package struct HostResolver: Sendable {
    private let lookUp: @Sendable (String, Int) throws -> [SocketAddress]

    /// The name is not known, as the system says it.
    struct UnknownHost: Error {
        let reason: String
    }

    /// Nobody has told the address in time.
    struct NoAnswer: Error {}

    /// - Parameter lookUp: Finds all addresses of a host, with the port; may block.
    package init(_ lookUp: @escaping @Sendable (String, Int) throws -> [SocketAddress]) {
        self.lookUp = lookUp
    }

    /// What the system knows: files, DNS, whatever it is configured to ask.
    package static let system = HostResolver { try systemAddresses(of: $0, port: $1) }

    /// Finds the addresses of a host, or makes the one of a socket.
    ///
    /// - Parameters:
    ///   - address: Whom to find.
    ///   - limit: How long to wait.
    ///   - eventLoop: Where the answer is wanted.
    /// - Returns: At least one address. Fails with ``UnknownHost``, ``NoAnswer``, or what making an address
    ///   throws.
    func places(
        of address: NodeAddress,
        within limit: TimeAmount,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<[SocketAddress]> {
        if let path = address.socketPath {
            return eventLoop.makeCompletedFuture { [try SocketAddress(unixDomainSocketPath: path)] }
        }
        // One with a zone (fe80::1%eth0) is for the system to read.
        if let place = try? SocketAddress(ipAddress: address.host, port: address.port) {
            return eventLoop.makeSucceededFuture([place])
        }
        let found = eventLoop.makePromise(of: [SocketAddress].self)
        let timer = eventLoop.scheduleTask(in: limit) {
            found.fail(NoAnswer())
        }
        NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) { [lookUp] in
            try lookUp(address.host, address.port)
        }.whenComplete { result in
            timer.cancel()
            switch result {
            case .success(let places) where places.isEmpty: found.fail(UnknownHost(reason: "it has none"))
            case .success(let places): found.succeed(places)
            case .failure(let error): found.fail(error)
            }
        }
        return found.futureResult
    }

    private static func systemAddresses(of host: String, port: Int) throws -> [SocketAddress] {
        var hints = addrinfo()
        #if canImport(Glibc)
            hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &list)
        guard status == 0 else { throw UnknownHost(reason: String(cString: gai_strerror(status))) }
        defer { freeaddrinfo(list) }
        var places: [SocketAddress] = []
        var entry = list
        while let info = entry?.pointee {
            // The system allocated each address for its family.
            if let address = UnsafeRawPointer(info.ai_addr) {
                switch info.ai_family {
                case AF_INET:
                    places.append(SocketAddress(address.loadUnaligned(as: sockaddr_in.self), host: host))
                case AF_INET6:
                    places.append(SocketAddress(address.loadUnaligned(as: sockaddr_in6.self), host: host))
                default: break
                }
            }
            entry = info.ai_next
        }
        return places
    }
}

/// Tells NIO addresses that are known already, so that it tries them as it does with those it finds itself:
/// by turns of family, each with a head start before the next, all within one time limit.
struct KnownAddresses: Resolver, Sendable {
    let places: [SocketAddress]
    let eventLoop: any EventLoop

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        eventLoop.makeSucceededFuture(places.filter { $0.protocol == .inet })
    }

    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        eventLoop.makeSucceededFuture(places.filter { $0.protocol == .inet6 })
    }

    func cancelQueries() {}
}
