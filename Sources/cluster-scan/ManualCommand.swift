import ArgumentParser

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// `cluster-scan manual`
struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual",
        abstract: "Write manual pages into a folder, for packagers.",
        discussion: """
            One page for each command, made of what --help says: cluster-scan.1, cluster-scan-keys.1, and so \
            on. The folder is made if it is not there. Completions for shells come from \
            'cluster-scan --generate-completion-script bash' (or zsh, fish).

            EXAMPLES
              cluster-scan manual "$DESTDIR/usr/share/man/man1"
              cluster-scan manual . && man ./cluster-scan-keys.1
            """,
        shouldDisplay: false
    )

    @OptionGroup(title: "MESSAGES") var log: LogOptions

    @Argument(help: "The folder to write into.", completion: .directory)
    var folder: String

    func run() throws {
        guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
            throw SystemError("make the folder \(folder)")
        }
        for page in ManualPage.all(of: ClusterScanCommand.self) {
            try FileSystem.replace("\(folder)/\(page.name).1", with: page.text)
        }
    }
}
