/// What a server is that refuses questions about its cluster. Only on the event loop.
extension NodeConnection {
    /// Makes sure that a server which does not answer a `CLUSTER` command runs without cluster mode: then it
    /// serves every slot, and nothing is lost by not asking. Services for single servers, and users for them,
    /// lack these commands.
    ///
    /// - Parameters:
    ///   - refusal: What the server answered.
    ///   - command: The command.
    ///   - purpose: What it is for, as in "which tells …".
    /// - Throws: ``ScanFailure`` if the server is a node of a cluster, does not say what it is, or is
    ///   something else.
    func requireStandalone(
        after refusal: ServerError,
        to command: String,
        which purpose: String
    ) async throws(ScanFailure) {
        // What a server without cluster mode answers.
        if refusal.message.contains("cluster support disabled") { return }
        let failure = ScanFailure(refusal, of: command, which: purpose, at: address)
        // Services and proxies have words of their own; only what passes, or is about the user, is clear.
        guard failure.remedy == .giveUp, failure.code == .permissionDenied else { throw failure }
        do {
            guard let info = try await ask([Command("INFO", "server")]).first else { throw failure }
            if let error = info.error { throw Self.unknownServer(refusal, error, command, at: address) }
            guard try ServerInfo(info.value.string ?? "").isCluster else { return }
            throw failure
        } catch let error as TopologyError where error == .sentinel {
            throw await sentinelFailure()
        } catch {
            throw ScanFailure(recasting: error, at: address)
        }
    }

    /// A server of which nothing can be found out.
    private static func unknownServer(
        _ refusal: ServerError,
        _ other: ServerError,
        _ command: String,
        at address: NodeAddress
    ) -> ScanFailure {
        var failure = ScanFailure(other, of: "INFO", which: "tells what the server is", at: address)
        guard failure.remedy == .giveUp, failure.code == .permissionDenied else { return failure }
        failure.message =
            "the server refuses \(command) and INFO, one of which has to tell whether it is all there is or a "
            + "node of a cluster: \(refusal.withoutArguments); \(other.withoutArguments)"
        if refusal.isUnknownCommand, other.isUnknownCommand {
            failure.message += ". A proxy (twemproxy, Envoy) answers like this: name a server behind it"
        }
        return failure
    }

    /// Says what the Sentinel itself says: where the servers are that it watches.
    private func sentinelFailure() async -> ScanFailure {
        var failure = ScanFailure(.sentinel, at: address)
        let reply = try? await ask([Command("SENTINEL", "MASTERS")]).first?.value
        let servers = (reply?.array ?? []).prefix(5).compactMap { entry -> String? in
            let words = (entry.array ?? []).map { $0.string ?? "" }
            func field(_ name: String) -> String? {
                words.firstIndex(of: name).flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil }
            }
            guard let name = field("name"), let host = field("ip"),
                let port = field("port").flatMap({ Int($0) })
            else { return nil }
            return "'\(name)' is at \(NodeAddress(host: host, port: port))"
        }
        if !servers.isEmpty {
            failure.message =
                "this is a Sentinel, which has no keys. By its word, \(servers.joined(separator: ", ")): name that"
        }
        return failure
    }
}
