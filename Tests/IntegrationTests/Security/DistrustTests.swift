import ClusterScan
import Foundation
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Certificates that will not do")
    struct DistrustTests {
        @Test("what is wrong with a server's certificate is said, at once, and nothing is sent")
        func servers() async throws {
            let certificates = try await TestCertificates()
            try await certificates.makeAuthority("stranger")
            try await certificates.makeCertificate("expired", days: -1)
            try await certificates.makeCertificate("elsewhere", for: ["DNS:redis.internal", "IP:10.9.9.9"])
            try await certificates.makeCertificate("foreign", signedBy: "stranger")
            try await certificates.makeSelfSigned("alone")
            try await LocalCluster.withTLS(certificates, { $0.primaries = 1 }) { cluster in
                try await cluster.set([Array("key".utf8)])
                for (name, words) in [
                    ("expired", "(for 127.0.0.1, localhost) expired at 20"),
                    ("elsewhere", "is for redis.internal, 10.9.9.9, not for 127.0.0.1"),
                    ("foreign", "not signed by an authority that is trusted here"),
                    ("alone", "signed by nobody but itself"),
                ] {
                    try await cluster.show(name, of: certificates, at: 0)
                    try await expectRefusal(.tlsFailed, words, by: cluster, certificates)
                    try await expectTool(69, words, at: cluster, certificates)
                    // Who checks nothing gets through, and is told every time.
                    let insecure = try await tool(cluster, ["--insecure"])
                    #expect(insecure.status == 0 && insecure.lines == ["key"])
                    let warning = "Warning: the certificates of the servers are not checked"
                    #expect(insecure.messages.contains(warning))
                }
                // A certificate that signs itself is its own authority for those who say so.
                let alone = try await tool(cluster, ["--cacert", certificates.certificate("alone")])
                #expect(alone.status == 0, "\(alone.messages)")
                #expect(alone.messages.isEmpty)
                try await names(cluster, certificates)
            }
        }

        private func names(_ cluster: LocalCluster, _ certificates: TestCertificates) async throws {
            let ca = ["--cacert", certificates.certificate("ca")]
            // Addresses that a cluster announces are in no certificate: one name serves for all nodes.
            try await cluster.show("elsewhere", of: certificates, at: 0)
            #expect(try await tool(cluster, ca + ["--sni", "redis.internal"]).status == 0)
            let wrong = try await tool(cluster, ca + ["--sni", "other.internal"])
            #expect(wrong.status == 69 && wrong.messages.contains("not for other.internal"))
            #expect(try await tool(cluster, ca + ["--no-host-check"]).status == 0)
            // An address that is in the certificate does not make up for a name that is not.
            try await cluster.show("server", of: certificates, at: 0)
            #expect(try await tool(cluster, ca).status == 0)
            let other = try await tool(cluster, ca + ["--sni", "other.internal"])
            #expect(
                other.status == 69 && other.messages.contains("127.0.0.1, localhost, not for other.internal")
            )
            try await certificates.makeCertificate("any", for: ["DNS:*.Redis.internal"])
            try await cluster.show("any", of: certificates, at: 0)
            for (name, status) in [
                ("node-1.redis.INTERNAL", 0), ("a.b.redis.internal", 69), ("redis.internal", 69),
            ] as [(String, Int32)] {
                #expect(try await tool(cluster, ca + ["--sni", name]).status == status, "\(name)")
            }
            // That is still to be signed by somebody who is trusted.
            try await cluster.show("foreign", of: certificates, at: 0)
            #expect(try await tool(cluster, ca + ["--no-host-check"]).status == 69)
            // A cluster that announces names is asked by these.
            try await certificates.makeCertificate("named", for: ["DNS:localhost"])
            try await cluster.show("named", of: certificates, at: 0)
            #expect(try await tool(cluster, ca).status == 69)
            try await cluster.command(0, "CONFIG", "SET", "cluster-announce-hostname", "localhost")
            try await cluster.command(0, "CONFIG", "SET", "cluster-preferred-endpoint-type", "hostname")
            let port = cluster.nodes[0].port
            let named = try await ToolProcess.run(["keys", "rediss://localhost:\(port)"] + ca)
            #expect(named.status == 0 && named.lines == ["key"], "\(named.messages)")
        }

        @Test(
            "a server that refuses our certificate, or the lack of one, says why",
            arguments: ["1.2", "1.3"]
        )
        func clients(version: String) async throws {
            let certificates = try await TestCertificates()
            try await certificates.makeAuthority("stranger")
            try await certificates.makeCertificate("client", for: ["DNS:client"])
            try await certificates.makeCertificate("foreign", for: ["DNS:client"], signedBy: "stranger")
            let configure = { (options: inout LocalCluster.Options) in
                options.isStandalone = true
                options.configuration.append("tls-protocols \"TLSv\(version)\"")
            }
            try await LocalCluster.withTLS(certificates, clients: "yes", configure) { cluster in
                let none = version == "1.3" ? "wants a client certificate, and none was given" : "handshake"
                let foreign = "does not trust the authority that signed the client certificate"
                // Which of the refusal and the end of the connection is seen first is a matter of luck.
                for _ in 0..<20 {
                    try await expectRefusal(.certificateRefused, none, by: cluster, certificates)
                    let identity = certificates.identity("foreign")
                    try await expectRefusal(.certificateRefused, foreign, by: cluster, certificates, identity)
                }
                try await expectTool(77, none, at: cluster, certificates)
                let tls = try TransportSecurity(
                    trusting: certificates.trust(),
                    as: certificates.identity("client")
                )
                let scanner = cluster.scanner(tls)
                #expect(try await KeyTally(of: scanner.batches()).total == 0)
                await scanner.shutDown()
                let strict = try TransportSecurity(
                    trusting: certificates.trust(),
                    as: certificates.identity("client"),
                    minimumVersion: .tls13
                )
                guard version == "1.2" else { return }
                let error = await #expect(throws: ClusterScanError.self) {
                    try await KeyTally(of: cluster.scanner(strict).batches())
                }
                #expect(error?.code == .tlsFailed)
                let message = error?.message ?? ""
                #expect(message.contains("no version of TLS in common"), "\(message)")
            }
        }

        @Test("TLS at a port without it, the other way round, and a handshake that does not end")
        func wrongPorts() async throws {
            let certificates = try await TestCertificates()
            var options = LocalCluster.Options()
            options.isStandalone = true
            let (plain, ca) = (options, ["--cacert", certificates.certificate("ca")])
            try await LocalCluster.with(plain) { cluster in
                let result = try await tool(cluster, ca + ["--connect-timeout", "300ms"])
                #expect(result.status == 69 && result.messages.contains("or this port is without TLS"))
            }
            try await LocalCluster.withTLS(certificates, { $0.isStandalone = true }) { cluster in
                let url = "redis://\(cluster.nodes[0].address)"
                let result = try await ToolProcess.run(["keys", url])
                #expect(result.status == 69 && result.messages.contains("it may listen with TLS only"))

                try cluster.pause(0)
                let tls = try TransportSecurity(trusting: certificates.trust())
                let start = ContinuousClock.now
                let error = await #expect(throws: ClusterScanError.self) {
                    let scanner = cluster.scanner(tls, connectTimeout: .milliseconds(300))
                    return try await KeyTally(of: scanner.batches())
                }
                #expect(error?.message.contains("no TLS handshake within 0.3 seconds") == true)
                #expect(.milliseconds(250)...(.seconds(5)) ~= start.duration(to: .now))
                try cluster.resume(0)
            }
        }

        @Test("a certificate that one node shows in the middle of a scan costs its slots, and they are named")
        func oneNode() async throws {
            let certificates = try await TestCertificates()
            try await certificates.makeCertificate("expired", days: -1)
            let sample = SampleKeys(count: 20_000, seed: 72)
            let names = Set(sample.map(\.name))
            try await LocalCluster.withTLS(certificates, { $0.replicasPerPrimary = 1 }) { cluster in
                try await cluster.load(sample)
                try await cluster.waitForReplicas()
                let tls = try TransportSecurity(trusting: certificates.trust())
                let address = cluster.nodes[2].nodeAddress
                for (strategy, allows) in [
                    (ScanStrategy.scan, false), (.slots, false), (.scan, true), (.slots, true),
                ] {
                    var options = ScanOptions(count: 100, strategy: strategy, readAheadBytes: 10_000)
                    options.allowsUncoveredSlots = allows
                    let batches = cluster.scanner(tls).batches(options: options)
                    let start = ContinuousClock.now
                    let read = { () async throws -> KeyTally in
                        try await KeyTally(of: batches, afterBatches: 5, from: address) {
                            try await cluster.show("expired", of: certificates, at: 2)
                            try await cluster.dropClients(of: 2)
                        }
                    }
                    if allows {
                        let tally = try await read()
                        let report = try #require(await batches.report)
                        #expect(report.uncovered.description == "10923-16383")
                        let missing = names.subtracting(tally.names)
                        #expect(!missing.isEmpty)
                        #expect(missing.allSatisfy { KeySlot.of($0) >= 10923 })
                    } else {
                        let error = await #expect(throws: ClusterScanError.self) { try await read() }
                        #expect(error?.code == .tlsFailed && error?.address == address)
                        #expect(error?.slots.description == "10923-16383")
                        #expect(error?.message.contains("expired at") == true)
                        #expect(error?.message.contains("slots 10923-16383") == true)
                        #expect(error?.cursor != nil)
                    }
                    #expect(start.duration(to: .now) < .seconds(10), "asking again does not mend it")
                    try await cluster.show("server", of: certificates, at: 2)
                }
                // Of a replica that cannot be trusted the primary is read instead.
                try await cluster.show("expired", of: certificates, at: 4)
                let replicas = ScanOptions(readPreference: .preferReplicas)
                let tally = try await KeyTally(of: cluster.scanner(tls).batches(options: replicas))
                #expect(tally.difference(from: names) == nil)
            }
        }

        // MARK: Two ways to ask

        private func expectRefusal(
            _ code: ClusterScanError.Code,
            _ words: String,
            by cluster: LocalCluster,
            _ certificates: TestCertificates,
            _ identity: TransportSecurity.Identity? = nil
        ) async throws {
            let scanner = cluster.scanner(
                try TransportSecurity(trusting: certificates.trust(), as: identity)
            )
            let start = ContinuousClock.now
            let error = await #expect(throws: ClusterScanError.self) {
                try await KeyTally(of: scanner.batches())
            }
            #expect(error?.code == code, "\(error.map { "\($0)" } ?? "")")
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "nothing")")
            #expect(error?.address == cluster.nodes[0].nodeAddress)
            #expect(start.duration(to: .now) < .seconds(2))
            await scanner.shutDown()
        }

        private func expectTool(
            _ status: Int32,
            _ words: String,
            at cluster: LocalCluster,
            _ certificates: TestCertificates
        ) async throws {
            for command in ["keys", "nodes"] {
                let result = try await ToolProcess.run([
                    command, "rediss://\(cluster.nodes[0].address)", "--cacert",
                    certificates.certificate("ca"),
                ])
                #expect(result.status == status, "\(result.messages)")
                #expect(result.messages.contains(words), "\(result.messages)")
            }
        }

        private func tool(_ cluster: LocalCluster, _ options: [String]) async throws -> ToolProcess.Result {
            try await ToolProcess.run(["keys", "rediss://\(cluster.nodes[0].address)"] + options)
        }
    }
}
