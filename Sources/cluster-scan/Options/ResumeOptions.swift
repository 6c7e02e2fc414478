import ArgumentParser

/// Where to begin.
struct ResumeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Go on from the cursor that an earlier run printed.",
            discussion: "MATCH, TYPE and database must be the same. 0 starts from the beginning.",
            valueName: "token"
        )
    )
    var cursor: String?

    @Option(
        name: [.long, .customLong("resume")],
        help: ArgumentHelp(
            "Keep in this file how far the dump has come.",
            discussion: """
                If the file exists, go on from there. It is saved every ten seconds and whenever the command \
                stops early, and removed when all keys are written: repeat the same command until it exits \
                with 0. It is for this command, query, destination and output alone. It \
                holds the cursor and, with --output, how many bytes that stands for; what was \
                written after them is cut off first. So nothing is missing, torn or written again, even \
                after SIGKILL or a power failure. On standard output keys may repeat. --resume is another \
                name for it.
                """,
            valueName: "file"
        ),
        completion: .file()
    )
    var checkpoint: String?

    @Flag(help: AnyCluster.help)
    var anyCluster = false

    @Option(
        help: ArgumentHelp("Save the checkpoint that often: 1s, 5m.", valueName: "time")
    )
    var checkpointEvery = TimeSpan(seconds: 10)

    func validate() throws {
        if cursor != nil, checkpoint != nil {
            throw ValidationError(
                "--cursor and --checkpoint exclude each other: the file has a cursor of its own"
            )
        }
        if let checkpoint, FileSystem.kind(of: checkpoint) == .directory {
            throw ValidationError("--checkpoint \(checkpoint) is a folder")
        }
    }
}
