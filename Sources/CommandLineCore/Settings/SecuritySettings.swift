/// What one place (the command line, the environment, a profile) says about TLS; `nil` where it says nothing.
package struct SecuritySettings: Hashable, Sendable {
    /// Whether to use TLS at all.
    package var tls: Bool?
    package var authorityFile: String?
    package var authorityFolder: String?
    package var isInsecure: Bool?
    package var certificate: String?
    package var key: String?
    package var passphrase: PasswordSource?
    package var serverName: String?
    package var checksHost: Bool?

    package init() {}

    /// Whether TLS is wanted here, in so many words or by settings that mean nothing without it.
    package var wantsTLS: Bool? {
        if let tls { return tls }
        let names = [authorityFile, authorityFolder, certificate, key, serverName]
        let saysSomething = names.contains { $0 != nil } || isInsecure == true || checksHost == false
        return saysSomething || passphrase != nil ? true : nil
    }

    /// What is wrong with the settings of one place; `nil` if nothing is. There an option is called `name`:
    /// `--cacert`, `--to-cacert`, `cacert`.
    package func problem(naming name: (String) -> String) -> String? {
        if authorityFile != nil, authorityFolder != nil {
            return "\(name("cacert")) and \(name("cacertdir")) exclude each other"
        }
        if isInsecure == true, authorityFile != nil || authorityFolder != nil {
            return """
                with \(name("insecure")) no certificate is checked: leave it out, or \
                \(name(authorityFile == nil ? "cacertdir" : "cacert"))
                """
        }
        if certificate == nil, key != nil {
            return "\(name("key")) is the key of a client certificate: add \(name("cert"))"
        }
        if certificate == nil, passphrase != nil {
            let option = name("key-passphrase-file")
            return "\(option) is for the key of a client certificate: add \(name("cert"))"
        }
        return nil
    }
}
