import ArgumentParser
package import ClusterScan

/// How to secure the connections to one cluster, once everything that was said about it is brought together.
package struct SecurityPlan: Hashable, Sendable {
    /// `nil` for no TLS.
    package let settings: SecuritySettings?

    /// Takes what the command line alone says.
    ///
    /// - Parameters:
    ///   - options: The options.
    ///   - usesTLS: What the URLs say, `nil` for nothing.
    ///   - name: How an option is called.
    /// - Throws: `ValidationError` if these contradict each other.
    package init(
        options: SecuritySettings,
        urlSaysTLS usesTLS: Bool?,
        naming name: (String) -> String
    ) throws {
        if let problem = options.problem(naming: name) { throw ValidationError(problem) }
        if usesTLS == false, options.wantsTLS == true {
            throw ValidationError(
                "redis:// is without TLS, and there are options for TLS: write rediss://, or just host:port"
            )
        }
        settings = usesTLS ?? options.wantsTLS ?? false ? options : nil
    }

    /// Brings together what all places say. Of the authorities, the own certificate and the expected name,
    /// the first place to say anything is right; what it leaves out is not filled in from elsewhere.
    ///
    /// - Parameters:
    ///   - options: The options of the command line.
    ///   - usesTLS: What the URLs in force say, from wherever they are; `nil` for nothing.
    ///   - environment: The value of a variable.
    ///   - profile: The profile in force.
    ///   - isTrusted: Whether the servers are those of the profile. Others are not shown its certificate, and
    ///     are not believed more easily.
    package init(
        options: SecuritySettings,
        urlSaysTLS usesTLS: Bool?,
        environment: (String) -> String?,
        profile: SecuritySettings,
        isTrusted: Bool
    ) {
        func variable(_ name: String) -> String? { environment(name).flatMap { $0.isEmpty ? nil : $0 } }
        var variables = SecuritySettings()
        variables.authorityFile = variable("CLUSTER_SCAN_CACERT")
        variables.certificate = variable("CLUSTER_SCAN_CERT")
        variables.key = variable("CLUSTER_SCAN_KEY")
        var profile = profile
        if !isTrusted {
            var part = SecuritySettings()
            part.tls = profile.tls
            part.authorityFile = profile.authorityFile
            part.authorityFolder = profile.authorityFolder
            // What only a profile's own servers need does not make others speak TLS.
            profile = part
        }
        let places = [options, variables, profile]
        guard options.wantsTLS ?? usesTLS ?? places.compactMap(\.wantsTLS).first ?? false else {
            settings = nil
            return
        }
        var all = SecuritySettings()
        all.tls = true
        if let roots = places.first(where: {
            $0.authorityFile != nil || $0.authorityFolder != nil || $0.isInsecure == true
        }) {
            all.authorityFile = roots.authorityFile
            all.authorityFolder = roots.authorityFolder
            all.isInsecure = roots.isInsecure
        }
        if let identity = places.first(where: { $0.certificate != nil }) {
            all.certificate = identity.certificate
            all.key = identity.key
            all.passphrase = identity.passphrase
            if all.passphrase == nil, let secret = environment(Environment.keyPassphrase) {
                all.passphrase = .given(secret)
            }
        }
        all.serverName = places.compactMap(\.serverName).first
        all.checksHost = places.compactMap(\.checksHost).first
        settings = all
    }

    /// Reads the files; `nil` for no TLS. Warns on standard error where no certificate is checked.
    package func load(for whom: String = "the servers") throws -> TransportSecurity? {
        guard let settings else { return nil }
        let isInsecure = settings.isInsecure == true
        if isInsecure {
            Console.sayAtOnce(
                "the certificates of \(whom) are not checked (--insecure): anybody in between can read and "
                    + "change everything, passwords included",
                level: .warning,
                RunSettings.log
            )
        }
        let roots: TransportSecurity.TrustRoots =
            if let file = settings.authorityFile {
                .certificates(.file(FileSystem.expanded(file)))
            } else if let folder = settings.authorityFolder {
                .directory(FileSystem.expanded(folder))
            } else {
                .system
            }
        return try TransportSecurity(
            trusting: roots,
            as: try settings.certificate.map { certificate in
                let certificate = FileSystem.expanded(certificate)
                return TransportSecurity.Identity(
                    certificateChain: .file(certificate),
                    privateKey: .file(settings.key.map(FileSystem.expanded) ?? certificate),
                    passphrase: try settings.passphrase?.fetch()
                )
            },
            serverName: settings.serverName,
            verification: isInsecure ? .none : settings.checksHost == false ? .chain : .full
        )
    }
}
