import ArgumentParser
import ClusterScan
import ClusterScanOperations

/// `cluster-scan delete`
struct DeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete the keys that match, everywhere in a cluster.",
        discussion: """
            Without --yes nothing is deleted: the command counts the keys on every node, shows some of them, \
            and estimates the time. With --yes it deletes them with UNLINK (DEL on servers without it), many \
            at a time, through moving slots and failovers, and then looks whether any are left.

            A key that does not match --match is never touched: its name is compared again before it is \
            deleted. With --type, a key that is replaced by one of another type just after the server \
            has named it goes, too.

            EXAMPLES
              What would be deleted, then the deed:
                cluster-scan delete 10.0.0.1:7000 --match 'session:*'
                cluster-scan delete 10.0.0.1:7000 --match 'session:*' --yes

              Gently, at most 5,000 keys a second, and resumable:
                cluster-scan delete --match 'tmp:*' --yes --rate 5k --resume tmp.cursor

              All streams, counted for a program:
                cluster-scan delete --type stream --format json

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
            change: .delete,
            words: WorkWords(done: "deleted"),
            deed: ["delete"],
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
