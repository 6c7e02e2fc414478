#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Addresses as numbers, which no name server has to be asked for.
package enum IPAddress {
    /// One spelling for the many that an IPv6 address may have.
    ///
    /// - Parameter text: An IPv4 or IPv6 address without brackets and zone.
    /// - Returns: `nil` if it is neither.
    package static func canonical(_ text: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: 16)
        for family in [AF_INET, AF_INET6] where inet_pton(family, text, &bytes) == 1 {
            var spelling = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            guard inet_ntop(family, &bytes, &spelling, socklen_t(spelling.count)) != nil else { return nil }
            return String(decoding: spelling.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        return nil
    }
}
