import Foundation

/// Certificates made by `openssl` for one test, in a folder of their own: each has a name, and the files
/// `name.pem` and `name.key`. The folder goes with the last reference to it.
package final class TestCertificates: Sendable {
    package let directory: String

    /// Makes an authority `ca`, and a certificate `server` for 127.0.0.1 and localhost.
    package init() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "certificates-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        directory = folder.path
        try await makeAuthority("ca")
        try await makeCertificate("server")
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    package func certificate(_ name: String) -> String { "\(directory)/\(name).pem" }
    package func key(_ name: String) -> String { "\(directory)/\(name).key" }

    /// Writes some other file into the folder.
    ///
    /// - Returns: Its path.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: "\(directory)/\(name)"))
        return "\(directory)/\(name)"
    }

    package func makeAuthority(_ name: String) async throws {
        try await openSSL(
            ["req", "-x509", "-days", "2", "-subj", "/CN=\(name)", "-out", certificate(name)] + newKey(name)
        )
    }

    /// Makes a certificate that nobody signs but itself.
    package func makeSelfSigned(_ name: String) async throws {
        try await openSSL(
            [
                "req", "-x509", "-days", "2", "-subj", "/CN=\(name)", "-out", certificate(name),
                "-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE",
            ] + newKey(name)
        )
    }

    /// Makes a certificate for some names and addresses. With -1 days it expired yesterday; with a passphrase
    /// its key is encrypted.
    package func makeCertificate(
        _ name: String,
        for hosts: [String] = ["IP:127.0.0.1", "DNS:localhost"],
        signedBy authority: String = "ca",
        days: Int = 2,
        passphrase: String? = nil
    ) async throws {
        let request = "\(directory)/\(name).csr"
        try await openSSL(["req", "-subj", "/CN=\(name)", "-out", request] + newKey(name, passphrase))
        let extensions = try write("subjectAltName=\(hosts.joined(separator: ","))\n", to: "\(name).ext")
        try await openSSL([
            "x509", "-req", "-in", request, "-CA", certificate(authority), "-CAkey", key(authority),
            "-CAcreateserial", "-days", "\(days)", "-extfile", extensions, "-out", certificate(name),
        ])
    }

    /// Keys on elliptic curves are made in no time.
    private func newKey(_ name: String, _ passphrase: String? = nil) -> [String] {
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", key(name)]
            + (passphrase.map { ["-passout", "pass:\($0)"] } ?? ["-nodes"])
    }

    private func openSSL(_ arguments: [String]) async throws {
        try await onOwnThread {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["openssl"] + arguments
            let messages = Pipe()
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = FileHandle.nullDevice
            process.standardError = messages
            try process.run()
            let said = try messages.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else {
                throw TestClusterError("openssl \(arguments): \(String(decoding: said, as: UTF8.self))")
            }
        }
    }
}
