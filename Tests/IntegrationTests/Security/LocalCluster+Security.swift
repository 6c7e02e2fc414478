import ClusterScan
import TestCluster

extension LocalCluster {
    /// A cluster that listens with TLS only.
    static func withTLS(
        _ certificates: TestCertificates,
        clients: String = "no",
        _ configure: (inout Options) -> Void = { _ in },
        _ body: (LocalCluster) async throws -> Void
    ) async throws {
        var options = Options()
        options.certificates = certificates
        options.replicasPerPrimary = 0
        options.configuration = ["tls-auth-clients \(clients)"]
        configure(&options)
        try await with(options, body)
    }

    /// A scanner that speaks TLS and starts from the first node.
    func scanner(_ tls: TransportSecurity?, connectTimeout: Duration = .seconds(5)) -> ClusterScanner {
        ClusterScanner(
            seeds: [nodes[0].nodeAddress],
            connection: ConnectionConfiguration(password: password, tls: tls, connectTimeout: connectTimeout)
        )
    }

    /// Has a node show another certificate from now on.
    func show(_ name: String, of certificates: TestCertificates, at node: Int) async throws {
        try await command(
            node,
            "CONFIG",
            "SET",
            "tls-cert-file",
            certificates.certificate(name),
            "tls-key-file",
            certificates.key(name)
        )
    }

    /// Cuts off all clients of a node, but not its links to other nodes.
    func dropClients(of node: Int) async throws {
        try await command(node, "CLIENT", "KILL", "TYPE", "normal")
    }
}

extension TestCertificates {
    func trust(_ authority: String = "ca") -> TransportSecurity.TrustRoots {
        .certificates(.file(certificate(authority)))
    }

    func identity(_ name: String, passphrase: String? = nil) -> TransportSecurity.Identity {
        TransportSecurity.Identity(
            certificateChain: .file(certificate(name)),
            privateKey: .file(key(name)),
            passphrase: passphrase
        )
    }
}
