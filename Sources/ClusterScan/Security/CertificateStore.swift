import NIOSSL

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Reads certificates and keys, and says of each file what is wrong with it.
enum CertificateStore {
    /// The list of a whole system has a quarter of a megabyte.
    private static let mostBytes = 16 << 20

    // MARK: Whom to trust

    static func roots(_ roots: TransportSecurity.TrustRoots) throws(ClusterScanError) -> NIOSSLTrustRoots {
        switch roots {
        case .system: .default
        case .certificates(let source): .certificates(try certificates(in: source))
        case .directory(let path): .certificates(try certificates(inFolder: path))
        }
    }

    /// All certificates of a folder. Left to itself the TLS library would look them up by hashed names, in
    /// the middle of a handshake.
    private static func certificates(inFolder path: String) throws(ClusterScanError) -> [NIOSSLCertificate] {
        guard let folder = opendir(path) else {
            throw problem("the folder \(path) of trusted certificates cannot be opened: \(reason(errno))")
        }
        defer { closedir(folder) }
        // Hashed names are links to other names of the same folder.
        var found: Set<NIOSSLCertificate> = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            guard name.first != ".", let bytes = try? read(path + "/" + name),
                bytes.firstRange(of: Array("CERTIFICATE-----".utf8)) != nil
            else { continue }
            found.formUnion(try certificates(bytes, path + "/" + name))
        }
        guard !found.isEmpty else {
            throw problem("no file in the folder \(path) has a certificate in PEM form")
        }
        return Array(found)
    }

    private static func certificates(
        in source: TransportSecurity.PEM
    ) throws(ClusterScanError) -> [NIOSSLCertificate] {
        try certificates(bytes(of: source), source.words)
    }

    private static func certificates(
        _ bytes: [UInt8],
        _ name: String
    ) throws(ClusterScanError) -> [NIOSSLCertificate] {
        guard let all = try? NIOSSLCertificate.fromPEMBytes(bytes), !all.isEmpty else {
            throw problem(
                "\(name) has no certificate in PEM form (-----BEGIN CERTIFICATE-----), or a damaged one"
            )
        }
        return all
    }

    // MARK: Who we are

    static func identity(
        _ identity: TransportSecurity.Identity
    ) throws(ClusterScanError) -> (chain: [NIOSSLCertificate], key: NIOSSLPrivateKey) {
        let chain = try certificates(in: identity.certificateChain)
        let now = SystemTime.millisecondsSince1970 / 1000
        if let own = chain.first, Int64(own.notValidAfter) < now {
            throw problem(
                "the client certificate in \(identity.certificateChain.words) expired at "
                    + "\(CertificateFacts.moment(own.notValidAfter)): servers would refuse it"
            )
        }
        return (chain, try privateKey(identity))
    }

    private static func privateKey(
        _ identity: TransportSecurity.Identity
    ) throws(ClusterScanError) -> NIOSSLPrivateKey {
        let (bytes, name) = (try bytes(of: identity.privateKey), identity.privateKey.words)
        // Both the traditional and the PKCS #8 form say so in words.
        let isEncrypted = bytes.firstRange(of: Array("ENCRYPTED".utf8)) != nil
        guard isEncrypted, let passphrase = identity.passphrase else {
            guard !isEncrypted else {
                throw problem("the private key in \(name) is encrypted, and its passphrase was not given")
            }
            guard !bytes.isEmpty, let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
                throw problem("\(name) has no private key in PEM form (-----BEGIN PRIVATE KEY-----)")
            }
            return key
        }
        // The TLS library takes signed characters, and stops the process over others.
        guard passphrase.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw problem("the passphrase of the private key in \(name) has characters other than ASCII")
        }
        let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) { hand in hand(Array(passphrase.utf8)) }
        guard let key else {
            throw problem("the private key in \(name) cannot be decrypted: the passphrase is wrong")
        }
        return key
    }

    // MARK: Failures

    /// Says why certificates that can be read cannot be used together.
    static func failure(
        _ error: any Error,
        _ roots: TransportSecurity.TrustRoots,
        _ identity: TransportSecurity.Identity?
    ) -> ClusterScanError {
        let text = "\(error)"
        // Each of them could be read.
        if let identity, text.contains("MISMATCH") || text.contains("failedToLoadPrivateKey") {
            return problem(
                "the private key in \(identity.privateKey.words) does not belong to the certificate in "
                    + identity.certificateChain.words
            )
        }
        if case .system = roots, identity == nil {
            return problem(
                "the authorities that this system trusts cannot be read (package ca-certificates?): name "
                    + "those to trust; \(text)"
            )
        }
        return problem("TLS cannot be set up with these certificates: \(text)")
    }

    private static func problem(_ message: String) -> ClusterScanError {
        ClusterScanError(.invalidConfiguration, message)
    }

    // MARK: Files

    private static func bytes(of source: TransportSecurity.PEM) throws(ClusterScanError) -> [UInt8] {
        switch source {
        case .bytes(let bytes): bytes
        case .file(let path): try read(path)
        }
    }

    private static func read(_ path: String) throws(ClusterScanError) -> [UInt8] {
        guard let file = fopen(path, "rb") else {
            throw problem("\(path) cannot be opened: \(reason(errno))")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= mostBytes {
            let count = fread(&chunk, 1, chunk.count, file)
            guard count > 0 else {
                // A folder can be opened and not be read.
                guard ferror(file) == 0 else {
                    throw problem("\(path) cannot be read: \(reason(errno))")
                }
                return bytes
            }
            bytes += chunk[..<count]
        }
        throw problem("\(path) is too large for a file of certificates")
    }

    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
