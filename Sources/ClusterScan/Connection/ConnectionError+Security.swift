import NIOCore
import NIOSSL

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension ConnectionError {
    /// Sorts what TLS says about a handshake that failed.
    ///
    /// - Parameters:
    ///   - address: The server.
    ///   - host: What its certificate was to be made for.
    ///   - security: How its certificate was to be checked.
    ///   - error: The failure.
    ///   - certificate: The certificate that the server showed, if it came to that.
    init(
        securing address: NodeAddress,
        for host: String,
        _ security: TransportSecurity,
        _ error: any Error,
        certificate: NIOSSLCertificate?
    ) {
        let facts = certificate.map(CertificateFacts.init)
        switch error {
        case let error as ConnectionError:
            self = error
        case let error as NIOSSLExtraError
        where error == .failedToValidateHostname || error == .serverHostnameImpossibleToMatch:
            let expected = security.expectedName(of: host) ?? host
            self.init(
                .untrustedServer,
                address: address,
                message: """
                    the server's certificate is for \(facts?.names ?? "another host"), not for \(expected): \
                    ask the node by a name of its certificate, or say which name all nodes have there (the \
                    server name)
                    """
            )
        default:
            self.init(alert: error, at: address)
            guard kind == .closed else { return }
            let text = "\(error)"
            if text.contains("CERTIFICATE_VERIFY_FAILED") {
                kind = .untrustedServer
                message = facts?.reasonForMistrust ?? "the server's certificate is not trusted"
            } else if text.contains("WRONG_VERSION_NUMBER") {
                kind = .noCommonProtocol
                message = "the server does not speak TLS on this port: connect without, or to its TLS port"
            } else if text.contains("PROTOCOL_VERSION") || text.contains("UNSUPPORTED_PROTOCOL") {
                kind = .noCommonProtocol
                message = "the server has no version of TLS in common with this client"
            } else if text.contains("EOF during handshake") {
                message = "the server closed the connection in the middle of the TLS handshake"
            } else {
                message = "the TLS handshake failed: \(text)"
            }
        }
    }

    /// What a connection broke of, after its handshake or without one.
    ///
    /// - Parameters:
    ///   - error: The failure.
    ///   - address: The server.
    init(breaking error: any Error, at address: NodeAddress) {
        self.init(alert: error, at: address)
        // Servers that crash, and some that stop, do not take their leave.
        guard kind == .closed else { return }
        if case NIOSSLError.uncleanShutdown = error {
            message = "the server closed the connection"
        } else if let error = error as? IOError, error.errnoCode == ECONNRESET || error.errnoCode == EPIPE {
            message = "the server broke the connection off"
        }
    }

    /// Finds out whether the server refused our certificate.
    ///
    /// In TLS 1.3 a client is through before the server has looked at its certificate: the refusal comes in
    /// place of the first reply.
    private init(alert error: any Error, at address: NodeAddress) {
        let text = "\(error)"
        self.init(.closed, address: address, message: "the connection broke: \(text)")
        // The names are those of the alerts of RFC 8446, 6.2; the error itself has no other public form.
        if text.contains("CERTIFICATE_REQUIRED") {
            kind = .certificateRefused
            message = "the server wants a client certificate, and none was given"
        } else if text.contains("ALERT_UNKNOWN_CA") {
            kind = .certificateRefused
            message = "the server does not trust the authority that signed the client certificate"
        } else if text.contains("ALERT_CERTIFICATE_EXPIRED") {
            kind = .certificateRefused
            message = "the server says that the client certificate has expired"
        } else if ["BAD_", "UNSUPPORTED_", ""].contains(where: { text.contains("ALERT_\($0)CERTIFICATE") })
            || text.contains("ALERT_ACCESS_DENIED") || text.contains("ALERT_DECRYPT_ERROR")
        {
            kind = .certificateRefused
            message = "the server refused the client certificate: \(text)"
        } else if text.contains("ALERT_HANDSHAKE_FAILURE") {
            kind = .certificateRefused
            message = "the server refused the handshake: it may want a client certificate, or other ciphers"
        } else if text.contains("UNRECOGNIZED_NAME") {
            kind = .untrustedServer
            message = "the server does not know the name it was asked by (the server name)"
        }
    }
}
