import ArgumentParser
import ClusterScan
import ClusterScanOperations

/// `cluster-scan persist`
struct PersistCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "persist",
        abstract: "Let the keys that match stay: take their expiry away.",
        discussion: """
            Without --yes nothing is changed: the command counts the keys that expire. With --yes it sends \
            PERSIST, many at a time, through moving slots and failovers, and then looks whether any are left.

            EXAMPLES
              What would be changed, then the deed:
                cluster-scan persist 10.0.0.1:7000 --match 'user:*'
                cluster-scan persist 10.0.0.1:7000 --match 'user:*' --yes

              All hashes, at most 5,000 keys a second:
                cluster-scan persist --type hash --yes --rate 5k

            Ctrl-C once finishes what is under way and prints how to go on; twice stops at once. Exit \
            status 0: all done; 1: servers refused some keys; others: 'cluster-scan help keys'.
            """
    )

    @OptionGroup(title: "CLUSTER") var connection: ConnectionOptions
    @OptionGroup(title: "KEYS") var query: QueryOptions
    @OptionGroup(title: "CHANGE") var change: ChangeOptions
    @OptionGroup(title: "WORK") var work: WorkRunOptions
    @OptionGroup(title: "RESUMING") var resume: ResumeOptions
    @OptionGroup(title: "CARE FOR SERVERS") var pace: PaceOptions

    @Flag(inversion: .prefixedNo, help: "Look for keys that are left when all is done.")
    var verify = true

    func validate() throws { try change.validate(query) }

    func run() async throws {
        try await ChangeRun(
            change: .persist,
            words: WorkWords(done: "persisted", unchanged: "without an expiry"),
            deed: ["persist"],
            connection: connection,
            query: query,
            resume: resume,
            pace: pace,
            work: work,
            options: change,
            verifies: verify
        ).run()
    }
}
