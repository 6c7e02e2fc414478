#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The variables that the process was started with.
package enum Environment {
    /// Where the passphrase of a key is, for the cluster and for the destination of copies.
    package static let keyPassphrase = "CLUSTER_SCAN_KEY_PASSPHRASE"
    package static let destinationKeyPassphrase = "CLUSTER_SCAN_TO_KEY_PASSPHRASE"

    /// Where the password of the destination of copies is.
    package static let destinationPassword = "CLUSTER_SCAN_TO_PASSWORD"

    package static subscript(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
