import ScanCore

/// Why a command ends without having done what it was asked to do.
package struct CommandFailure: Error, Sendable {
    package let status: ExitStatus
    /// What happened and what to do; `nil` where everything has been said, or nothing is to be said.
    package let message: String?

    package init(_ status: ExitStatus, _ message: String? = nil) {
        self.status = status
        self.message = message
    }

    /// Finds the exit status and the words for anything that a command can throw.
    package init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure:
            self = failure
        case let error as ClusterScanError:
            let message = error.description
            let end = message.last.map { ".?!".contains($0) } == true ? " " : ". "
            self.init(
                ExitStatus(error.code),
                message + (CommandFailure.advice(error).map { end + $0 } ?? "")
            )
        case let error as ScanCursorError:
            self.init(.unusableData, error.description)
        case let error as SystemError:
            self.init(
                error.isClosedPipe ? .pipeClosed : .outputFailed,
                error.isClosedPipe ? nil : error.description
            )
        case is CancellationError:
            self.init(.interrupted)
        default:
            self.init(.protocolViolation, "\(error)")
        }
    }

    /// What to do where a cluster announces addresses from behind NAT, containers or a tunnel.
    package static let announcementAdvice = """
        Where NAT, containers or a tunnel stand in between, say with --map where each of them is reached: \
        --map 172.18.0.2:6379=127.0.0.1:7001, or --map '*=127.0.0.1' where the ports are the same
        """

    private static func advice(_ error: ClusterScanError) -> String? {
        switch error.code {
        case .unreachable where error.message.contains("CLUSTERDOWN"):
            "Slots have no primary, so that nodes refuse all keys. Where they are lost for good, let the "
                + "others serve theirs: CONFIG SET cluster-require-full-coverage no, on each of them (or, to "
                + "read alone, cluster-allow-reads-when-down yes)"
        case .unreachable:
            "Check host and port; 'cluster-scan nodes host:port' shows which nodes are up"
        case .announcedAddressesUnreachable:
            announcementAdvice
        case .authenticationFailed:
            "Set REDISCLI_AUTH or use --ask-password, and --user if it is not the default user"
        case .tlsFailed:
            "rediss:// and --tls are with TLS, redis:// is without; --cacert names the authority to trust, "
                + "--sni the name in the certificates"
        case .certificateRefused:
            "Name a certificate that the server trusts with --cert, and its key with --key"
        case .invalidConfiguration:
            "The files for TLS are those of --cacert, --cacertdir, --cert and --key; the passphrase of a key "
                + "is taken from --key-passphrase-file or \(Environment.keyPassphrase)"
        case .permissionDenied:
            permissionAdvice(error.message)
        case .slotsNotCovered:
            "More --patience gives a failover more time; --allow-uncovered writes the keys of all other slots"
        case .invalidCursor where error.message.contains(ScanFailure.otherCluster.message):
            "If all of its nodes were replaced, insist with --any-cluster"
        default:
            nil
        }
    }

    /// What to permit when a server has refused, by its words: those of 6.0 and 7.0 name the command.
    package static func permissionAdvice(_ refusal: String) -> String {
        if let command = refusal.firstMatch(of: /'([a-z|_.-]+)' command/)?.1 {
            return "Permit it with ACL SETUSER … +\(command); Docs/Security.md lists what each command needs"
        }
        if refusal.contains("keys") {
            return "The user's key patterns leave these keys out: extend them with ACL SETUSER … ~PATTERN"
        }
        return "Docs/Security.md lists what to permit with ACL SETUSER"
    }
}
