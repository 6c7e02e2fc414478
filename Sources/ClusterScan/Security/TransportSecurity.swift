import NIOCore
import NIOSSL

/// TLS for all connections of a scanner: which servers are believed, and how this client shows who it is.
///
/// All files are read when a value is made, so what is wrong with them shows then, and connections cost no
/// file access. Certificates that are renewed later take a new value and a new scanner.
///
/// ```swift
/// let tls = try TransportSecurity(
///     trusting: .certificates(.file("ca.pem")),
///     as: .init(certificateChain: .file("client.pem"), privateKey: .file("client.key"))
/// )
/// let scanner = ClusterScanner(seeds: seeds, connection: ConnectionConfiguration(tls: tls))
/// ```
public struct TransportSecurity: Sendable {
    /// Certificates or keys in PEM form.
    public enum PEM: Hashable, Sendable {
        /// The path of a file.
        case file(String)
        /// The content of one.
        case bytes([UInt8])
    }

    /// Who may sign the certificates of servers.
    public enum TrustRoots: Hashable, Sendable {
        /// The authorities that the system trusts.
        case system
        /// These certificates and no others.
        case certificates(PEM)
        /// The certificates in all PEM files of a folder, and no others. They need no hashed names.
        case directory(String)
    }

    /// How far a server has to prove who it is.
    public enum Verification: Hashable, Sendable {
        /// A trusted authority has signed its certificate, for the name or address under which it was asked.
        case full
        /// A trusted authority has signed its certificate, for whatever name.
        case chain
        /// Not at all: a machine in between can read and change everything.
        case none
    }

    /// The oldest version of the protocol that will do.
    public enum ProtocolVersion: Hashable, Sendable {
        /// TLS 1.2 (RFC 5246).
        case tls12
        /// TLS 1.3 (RFC 8446).
        case tls13
    }

    /// What this client shows to servers that want to know who it is.
    public struct Identity: Sendable {
        var certificateChain: PEM
        var privateKey: PEM
        var passphrase: String?

        /// - Parameters:
        ///   - certificateChain: The certificate of the client, then those between it and an authority that
        ///     the servers trust.
        ///   - privateKey: The key of the first of them.
        ///   - passphrase: What the key is encrypted with, in ASCII. Never part of an error or a description.
        public init(certificateChain: PEM, privateKey: PEM, passphrase: String? = nil) {
            self.certificateChain = certificateChain
            self.privateKey = privateKey
            self.passphrase = passphrase
        }
    }

    private let context: NIOSSLContext
    private let serverName: String?
    let verification: Verification
    private let summary: String

    /// Reads certificates and keys. Takes milliseconds, and blocks meanwhile: not to be called on an event
    /// loop.
    ///
    /// - Parameters:
    ///   - roots: Who may sign the certificates of servers.
    ///   - identity: What this client shows; `nil` for nothing.
    ///   - serverName: The name that every node has in its certificate, and that is sent as server name
    ///     (SNI). `nil` for the host name or IP address under which each node was asked; see
    ///     `Docs/Security.md` for clusters that announce IP addresses.
    ///   - verification: How far servers have to prove who they are.
    ///   - minimumVersion: The oldest version of the protocol that will do.
    /// - Throws: ``ClusterScanError`` with the code ``ClusterScanError/Code/invalidConfiguration``, which
    ///   names the file and what is wrong with it.
    public init(
        trusting roots: TrustRoots = .system,
        as identity: Identity? = nil,
        serverName: String? = nil,
        verification: Verification = .full,
        minimumVersion: ProtocolVersion = .tls12
    ) throws {
        if let serverName { try Self.check(serverName: serverName) }
        var settings = TLSConfiguration.makeClientConfiguration()
        settings.minimumTLSVersion = minimumVersion == .tls12 ? .tlsv12 : .tlsv13
        switch verification {
        case .full: settings.certificateVerification = .fullVerification
        case .chain: settings.certificateVerification = .noHostnameVerification
        case .none: settings.certificateVerification = .none
        }
        if verification != .none { settings.trustRoots = try CertificateStore.roots(roots) }
        if let identity {
            let (chain, key) = try CertificateStore.identity(identity)
            settings.certificateChain = chain.map { .certificate($0) }
            settings.privateKey = .privateKey(key)
        }
        // A server that does not say good-bye has nothing more to say either.
        settings.shutdownTimeout = .seconds(1)
        do {
            context = try NIOSSLContext(configuration: settings)
        } catch {
            throw CertificateStore.failure(error, roots, identity)
        }
        self.serverName = serverName
        self.verification = verification
        summary = """
            verification: \(verification), trust: \(roots.words), \
            client certificate: \(identity?.certificateChain.words ?? "none"), \
            server name: \(serverName ?? "as addressed"), at least: \(minimumVersion)
            """
    }

    private static func check(serverName: String) throws {
        let isName = serverName.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"):
                true
            default: "-._".utf8.contains(byte)
            }
        }
        guard isName, 1...255 ~= serverName.utf8.count, !isIPAddress(serverName) else {
            throw ClusterScanError(
                .invalidConfiguration,
                "the server name '\(serverName)' is not a host name; IP addresses are checked without one"
            )
        }
    }

    /// The name that a node's certificate must have; `nil` for the IP address it is connected to.
    func expectedName(of host: String) -> String? {
        if let serverName { return serverName }
        guard !Self.isIPAddress(host) else { return nil }
        // The dot of a fully qualified name is not part of the name that is sent.
        return host.last == "." ? String(host.dropLast()) : host
    }

    /// Whether a certificate that the TLS library has accepted is meant by the host that was asked.
    ///
    /// The library takes any certificate for the IP address at the other end, also where a name was asked
    /// for. But who can have a name lead to an address of his can get a certificate for that address, too.
    func isMeant(_ certificate: NIOSSLCertificate, by host: String) -> Bool {
        guard verification == .full, let name = expectedName(of: host) else { return true }
        return CertificateFacts(certificate).isMade(for: name)
    }

    private static func isIPAddress(_ host: String) -> Bool {
        IPAddress.canonical(host) != nil
    }

    /// The handler that encrypts one connection.
    func makeHandler(for host: String) throws -> NIOSSLClientHandler {
        try NIOSSLClientHandler(context: context, serverHostname: expectedName(of: host))
    }
}

extension TransportSecurity.PEM {
    /// What it is called in messages. Bytes are not for messages: they may be a key.
    var words: String {
        switch self {
        case .file(let path): path
        case .bytes: "the PEM text that was given"
        }
    }
}

extension TransportSecurity.TrustRoots {
    fileprivate var words: String {
        switch self {
        case .system: "system"
        case .certificates(let source): source.words
        case .directory(let path): path
        }
    }
}

extension TransportSecurity: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The settings, with the names of files and nothing of what is in them.
    public var description: String { "TransportSecurity(\(summary))" }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// Only what ``description`` says.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

extension TransportSecurity.Identity: CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The certificate's file, and whether there is a passphrase.
    public var description: String {
        "Identity(\(certificateChain.words), passphrase: \(passphrase == nil ? "none" : "hidden"))"
    }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// Only what ``description`` says.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

extension TransportSecurity.PEM: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The file, or that there are bytes, which may be a key.
    public var description: String { words }

    /// The same as ``description``.
    public var debugDescription: String { words }

    /// Only what ``description`` says.
    public var customMirror: Mirror { Mirror(self, children: ["description": words]) }
}
