import ScanCore

extension CommandFailure {
    /// What to do where a cluster announces addresses from behind NAT, containers or a tunnel.
    package static let announcementAdvice = """
        Where NAT, containers or a tunnel stand in between, say with --map where each of them is reached: \
        --map 172.18.0.2:6379=127.0.0.1:7001, or --map '*=127.0.0.1' where the ports are the same
        """

    /// What messages call the servers that `--to` names.
    package static let destinationLabel = "destination"

    /// What to do about an error, by what the server said; `nil` where nothing is known to help.
    static func advice(_ error: ClusterScanError) -> String? {
        let isDestination = error.label == destinationLabel
        let option = isDestination ? "--to-" : "--"
        switch error.code {
        case .unreachable where error.isUnconnected && !error.slots.isEmpty:
            return "'cluster-scan nodes host:port' shows which nodes are up. " + uncoveredAdvice
        case .unreachable where error.isUnconnected:
            return "Check host and port; 'cluster-scan nodes host:port' shows which nodes are up"
        case .unreachable:
            return waitingAdvice(error)
        case .writesRefused:
            return "The server takes no writes for now, whatever the key: mend that, and go on"
        case .announcedAddressesUnreachable:
            return isDestination
                ? announcementAdvice.replacing("--map", with: "--to-map") : announcementAdvice
        case .authenticationFailed:
            return authenticationAdvice(error, isDestination)
        case .tlsFailed:
            return "rediss:// and \(option)tls are with TLS, redis:// is without; \(option)cacert names the "
                + "authority to trust, \(option)sni the name in the certificates"
        case .certificateRefused:
            return "Name a certificate that the server trusts with \(option)cert, and its key with "
                + "\(option)key"
        case .invalidConfiguration:
            return
                "The files for TLS are those of --cacert, --cacertdir, --cert and --key; the passphrase of a "
                + "key is taken from --key-passphrase-file or \(Environment.keyPassphrase)"
        case .permissionDenied:
            return permissionAdvice(error.message)
        case .slotsNotCovered:
            return majorityAdvice(error.message) ?? uncoveredAdvice
        case .invalidCursor where error.message.contains(ScanFailure.otherCluster.message):
            return "If all of its nodes were replaced, insist with --any-cluster"
        default:
            return nil
        }
    }

    private static let uncoveredAdvice =
        "More --patience gives a failover more time; --allow-uncovered writes the keys of all other slots"

    /// What to do where most primaries are lost.
    ///
    /// - Parameter reason: Why slots could not be covered.
    /// - Returns: `nil` if that is not the reason.
    package static func majorityAdvice(_ reason: String) -> String? {
        guard reason.contains("does not see most of the primaries") else { return nil }
        return "CLUSTER FAILOVER TAKEOVER, sent to a replica of each lost primary, makes a cluster of it "
            + "again; where no replica lives, --without-majority reads what is left"
    }

    /// What to do about a server that was reached and does not do what it is asked for.
    private static func waitingAdvice(_ error: ClusterScanError) -> String? {
        let words = error.serverError?.message ?? error.message
        let remedies = [
            (
                "CLUSTERDOWN",
                "Slots have no primary, so that nodes refuse all keys. Where they are lost for good, let the "
                    + "others be read: CONFIG SET cluster-allow-reads-when-down yes, on each of them (or, where "
                    + "most primaries live, cluster-require-full-coverage no)"
            ),
            (
                "max number of clients",
                "The server's maxclients leaves no room: raise it, or end other clients"
            ),
            ("LOADING", "The server loads its data: repeat the command later, or with more --patience"),
            (
                "MASTERDOWN",
                "The replica has lost its primary: 'cluster-scan nodes host:port' shows which nodes are up"
            ),
            ("BUSY", "A script or function holds the server up: SCRIPT KILL or FUNCTION KILL ends it"),
            ("no reply within", "The server may be busy, or hang: --command-timeout gives it more time"),
        ]
        return remedies.first { words.contains($0.0) }?.1
    }

    private static func authenticationAdvice(
        _ error: ClusterScanError,
        _ isDestination: Bool
    ) -> String? {
        let words = error.serverError?.message ?? error.message
        let variable = isDestination ? Environment.destinationPassword : "REDISCLI_AUTH"
        let (ask, user) = isDestination ? ("--ask-to-password", "--to-user") : ("--ask-password", "--user")
        if words.contains("no password is set") || words.contains("without any password configured") {
            return "The server wants no password: leave it out"
        }
        if error.serverError == nil || words.hasPrefix("NOAUTH") {
            return "Set \(variable) or use \(ask), and \(user) if it is not the default user"
        }
        if error.message.contains("of the user '") {
            return
                "Check both. A user that stands in the URL as a placeholder only, as providers write it, is "
                + "left out: redis://:PASSWORD@host:port"
        }
        return "Check the password (\(variable), \(ask)), and name the user with \(user) if it is not the "
            + "default user"
    }

    /// What to permit when a server has refused, by its words: those of 6.0 and 7.0 name the command.
    package static func permissionAdvice(_ refusal: String) -> String? {
        if refusal.contains("DENIED") || refusal.contains("name a server behind it") { return nil }
        if ServerError(message: refusal).isUnknownCommand {
            return
                "The server does not have this command: it was renamed or taken away in the configuration, the "
                + "service leaves it out, or the server is too old"
        }
        if let command = refusal.firstMatch(of: /'([a-z|_.-]+)' command/)?.1 {
            return "Permit it with ACL SETUSER … +\(command); Docs/Security.md lists what each command needs"
        }
        if refusal.contains("keys") {
            return "The user's key patterns leave these keys out: extend them with ACL SETUSER … ~PATTERN"
        }
        return "Docs/Security.md lists what to permit with ACL SETUSER"
    }
}
