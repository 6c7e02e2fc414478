import ClusterScan
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Files with certificates and keys")
    struct CertificateFileTests {
        private func problem(
            _ roots: TransportSecurity.TrustRoots = .system,
            _ identity: TransportSecurity.Identity? = nil,
            serverName: String? = nil
        ) -> String {
            let error = #expect(throws: ClusterScanError.self) {
                _ = try TransportSecurity(trusting: roots, as: identity, serverName: serverName)
            }
            #expect(error?.code == .invalidConfiguration)
            return error?.message ?? ""
        }

        @Test("what is wrong with a file is said with its name")
        func problems() async throws {
            let certificates = try await TestCertificates()
            try await certificates.makeCertificate("client")
            try await certificates.makeCertificate("other")
            try await certificates.makeCertificate("expired", days: -1)
            try await certificates.makeCertificate("secret", passphrase: "offen gesagt")
            let text = try certificates.write("nothing of the kind\n", to: "text")
            let missing = "\(certificates.directory)/missing"
            let trust = certificates.trust()

            let unopened = "\(missing) cannot be opened: No such file or directory"
            #expect(problem(.certificates(.file(missing))) == unopened)
            #expect(problem(.certificates(.file(text))).hasPrefix("\(text) has no certificate in PEM form"))
            #expect(problem(.certificates(.file(certificates.directory))).contains("cannot be read"))
            #expect(
                problem(.directory(missing)).contains("\(missing) of trusted certificates cannot be opened")
            )
            let empty = "\(certificates.directory)/empty"
            try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
            #expect(
                problem(.directory(empty)) == "no file in the folder \(empty) has a certificate in PEM form"
            )

            func identity(_ certificate: String, _ key: String, _ passphrase: String? = nil)
                -> TransportSecurity.Identity
            {
                .init(certificateChain: .file(certificate), privateKey: .file(key), passphrase: passphrase)
            }
            let client = certificates.certificate("client")
            #expect(problem(trust, identity(client, missing)).hasPrefix("\(missing) cannot be opened"))
            #expect(
                problem(trust, identity(client, text)).hasPrefix("\(text) has no private key in PEM form")
            )
            let other = certificates.key("other")
            #expect(
                problem(trust, identity(client, other))
                    == "the private key in \(other) does not belong to the certificate in \(client)"
            )
            let expired = problem(trust, certificates.identity("expired"))
            #expect(expired.contains("\(certificates.certificate("expired")) expired at 20"))
            let secret = certificates.key("secret")
            #expect(
                problem(trust, certificates.identity("secret"))
                    .contains("\(secret) is encrypted, and its passphrase")
            )
            for wrong in ["verschlossen", "", "ungesägt"] {
                let message = problem(trust, certificates.identity("secret", passphrase: wrong))
                #expect(message.contains(secret) && (wrong.isEmpty || !message.contains(wrong)))
            }
            for name in ["127.0.0.1", "::1", "", "two words", "a/b"] {
                #expect(problem(trust, serverName: name).contains("is not a host name"))
            }
        }

        @Test("keys that are encrypted, PEM text from elsewhere, and folders of authorities do")
        func uses() async throws {
            let certificates = try await TestCertificates()
            try await certificates.makeCertificate("secret", passphrase: "offen gesagt")
            let identity = certificates.identity("secret", passphrase: "offen gesagt")
            let tls = try TransportSecurity(trusting: certificates.trust(), as: identity)
            func bytes(_ path: String) throws -> TransportSecurity.PEM {
                .bytes([UInt8](try Data(contentsOf: URL(filePath: path))))
            }
            let pieces = try TransportSecurity(
                trusting: .certificates(bytes(certificates.certificate("ca"))),
                as: .init(
                    certificateChain: bytes(certificates.certificate("server")),
                    privateKey: bytes(certificates.key("server"))
                )
            )
            // Keys and other files of the folder are passed over.
            let folder = try TransportSecurity(trusting: .directory(certificates.directory), as: identity)
            try await LocalCluster.withTLS(certificates, clients: "yes", { $0.isStandalone = true }) {
                cluster in
                for tls in [tls, pieces, folder] {
                    let scanner = cluster.scanner(tls)
                    let nodes = try await scanner.nodes()
                    #expect(nodes.count == 1)
                    await scanner.shutDown()
                }
            }
        }

        @Test("passphrases and keys show in no description, message or argument")
        func secrets() async throws {
            let certificates = try await TestCertificates()
            let secret = "offen gesagt"
            try await certificates.makeCertificate("client", passphrase: secret)
            let key = [UInt8](try Data(contentsOf: URL(filePath: certificates.key("client"))))
            let keyLine = try #require(
                String(decoding: key, as: UTF8.self).split(separator: "\n").dropFirst().first
            )
            let identity = TransportSecurity.Identity(
                certificateChain: .file(certificates.certificate("client")),
                privateKey: .bytes(key),
                passphrase: secret
            )
            let tls = try TransportSecurity(trusting: certificates.trust(), as: identity)
            let configuration = ConnectionConfiguration(password: "geheim", tls: tls)
            var texts = ["\(identity)", "\(tls)", "\(configuration)", "\(TransportSecurity.PEM.bytes(key))"]
            for value in [identity, tls, configuration, [identity], TransportSecurity.PEM.bytes(key)] as [Any]
            {
                var dumped = ""
                dump(value, to: &dumped)
                texts.append(dumped)
                texts.append(String(reflecting: value))
            }
            try await LocalCluster.withTLS(certificates, clients: "yes", { $0.isStandalone = true }) {
                cluster in
                let arguments = [
                    "keys", "rediss://\(cluster.nodes[0].address)", "--verbose",
                    "--cacert", certificates.certificate("ca"),
                    "--cert", certificates.certificate("client"), "--key", certificates.key("client"),
                ]
                let right = try await ToolProcess.run(
                    arguments,
                    environment: ["CLUSTER_SCAN_KEY_PASSPHRASE": secret]
                )
                #expect(right.status == 0, "\(right.messages)")
                let file = try certificates.write(secret + "\n", to: "passphrase")
                let fromFile = try await ToolProcess.run(arguments + ["--key-passphrase-file", file])
                #expect(fromFile.status == 0, "\(fromFile.messages)")
                let wrong = try await ToolProcess.run(
                    arguments,
                    environment: ["CLUSTER_SCAN_KEY_PASSPHRASE": secret + "!"]
                )
                #expect(wrong.status == 78 && wrong.messages.contains("the passphrase is wrong"))
                let none = try await ToolProcess.run(arguments)
                #expect(none.status == 78 && none.messages.contains("CLUSTER_SCAN_KEY_PASSPHRASE"))
                texts += [right, fromFile, wrong, none].map(\.messages)
            }
            for text in texts {
                #expect(!text.contains(secret) && !text.contains(keyLine), "\(text)")
            }
        }
    }
}
