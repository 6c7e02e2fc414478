import ArgumentParser

/// TLS to the cluster. The names are those of redis-cli, where it has one.
struct SecurityOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "Connect with TLS, as rediss:// does.",
            discussion: "So do --cacert and the other options for certificates."
        )
    )
    var tls = false

    @Option(
        help: ArgumentHelp(
            "Trust the authorities (CA) whose certificates are in this PEM file, and no others.",
            discussion: "Without it: the variable CLUSTER_SCAN_CACERT, the profile, or those of the system.",
            valueName: "file"
        ),
        completion: .file()
    )
    var cacert: String?

    @Option(
        help: ArgumentHelp("Trust those in all PEM files of this folder.", valueName: "dir"),
        completion: .directory
    )
    var cacertdir: String?

    @Option(
        help: ArgumentHelp(
            "Show servers the client certificate in this PEM file.",
            discussion: "Certificates between it and its authority follow it there.",
            valueName: "file"
        ),
        completion: .file()
    )
    var cert: String?

    @Option(
        help: ArgumentHelp(
            "The private key of the client certificate, a PEM file.",
            discussion: "Without it: the same file.",
            valueName: "file"
        ),
        completion: .file()
    )
    var key: String?

    @Option(
        help: ArgumentHelp(
            "Read the passphrase of the key from the first line of this file.",
            discussion: "Without it: the variable \(Environment.keyPassphrase).",
            valueName: "file"
        ),
        completion: .file()
    )
    var keyPassphraseFile: String?

    @Option(
        help: ArgumentHelp(
            "The name that all nodes have in their certificates, sent as server name (SNI).",
            discussion: "Without it each is checked for the name or IP address by which it is asked.",
            valueName: "name"
        )
    )
    var sni: String?

    @Flag(help: "Check who signed the certificate of a node, but not for which host it is.")
    var noHostCheck = false

    @Flag(
        help: ArgumentHelp(
            "Check no certificate at all; every run warns of it.",
            discussion: "Anybody in between can then read and change everything."
        )
    )
    var insecure = false

    var settings: SecuritySettings {
        var settings = SecuritySettings()
        settings.tls = tls ? true : nil
        settings.authorityFile = cacert
        settings.authorityFolder = cacertdir
        settings.isInsecure = insecure ? true : nil
        settings.certificate = cert
        settings.key = key
        settings.passphrase = keyPassphraseFile.map { .file($0) }
        settings.serverName = sni
        settings.checksHost = noHostCheck ? false : nil
        return settings
    }
}

/// The same to the destination of copies.
struct DestinationSecurityOptions: ParsableArguments {
    @Flag(help: "Connect to the destination with TLS, as rediss:// does.")
    var toTls = false

    @Option(
        help: ArgumentHelp(
            "Trust the authorities (CA) in this PEM file at the destination, and no others.",
            valueName: "file"
        ),
        completion: .file()
    )
    var toCacert: String?

    @Option(
        help: ArgumentHelp("Trust those in all PEM files of this folder there.", valueName: "dir"),
        completion: .directory
    )
    var toCacertdir: String?

    @Option(
        help: ArgumentHelp(
            "Show the destination the client certificate in this PEM file.",
            valueName: "file"
        ),
        completion: .file()
    )
    var toCert: String?

    @Option(
        help: ArgumentHelp("The private key of that; without it: the same file.", valueName: "file"),
        completion: .file()
    )
    var toKey: String?

    @Option(
        help: ArgumentHelp(
            "Read the passphrase of that key from the first line of this file.",
            discussion: "Without it: the variable \(Environment.destinationKeyPassphrase).",
            valueName: "file"
        ),
        completion: .file()
    )
    var toKeyPassphraseFile: String?

    @Option(
        help: ArgumentHelp(
            "The name that all nodes of the destination have in their certificates.",
            valueName: "name"
        )
    )
    var toSni: String?

    @Flag(help: "Check who signed the certificates there, but not for which host they are.")
    var toNoHostCheck = false

    @Flag(help: "Check no certificate of the destination at all; every run warns of it.")
    var toInsecure = false

    var settings: SecuritySettings {
        var settings = SecuritySettings()
        settings.tls = toTls ? true : nil
        settings.authorityFile = toCacert
        settings.authorityFolder = toCacertdir
        settings.isInsecure = toInsecure ? true : nil
        settings.certificate = toCert
        settings.key = toKey
        settings.passphrase = toKeyPassphraseFile.map { .file($0) }
        settings.serverName = toSni
        settings.checksHost = toNoHostCheck ? false : nil
        return settings
    }

    /// What the command line says, given what the URLs of `--to` do; with the passphrase that the environment
    /// holds.
    func plan(
        urlSaysTLS usesTLS: Bool?,
        environment: (String) -> String? = { _ in nil }
    ) throws -> SecurityPlan {
        var settings = settings
        if settings.certificate != nil, settings.passphrase == nil {
            settings.passphrase = environment(Environment.destinationKeyPassphrase).map {
                .given(PasswordSource.withoutLineEnd($0))
            }
        }
        return try SecurityPlan(options: settings, urlSaysTLS: usesTLS) { "--to-" + $0 }
    }
}
