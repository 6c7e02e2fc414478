import ArgumentParser
import ClusterScan

/// Which keys.
struct QueryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only keys that match this glob.",
            discussion: """
                The servers' own globs: * ? [a-z] [^a] and \\ before a special character. Quote it for the \
                shell. If it names a hash tag, as in '{user:42}:*', only the node that serves the tag is \
                asked.
                """,
            valueName: "glob"
        )
    )
    var match: String?

    @Option(
        help: ArgumentHelp(
            "Only keys of this type: string, list, set, zset, hash, stream, or one of a module."
        )
    )
    var type: String?

    var pattern: GlobPattern? { match.map { GlobPattern($0) } }
    var keyType: KeyType? { type.map(KeyType.init) }

    /// Servers before Redis 7.4 answer an unknown type with nothing at all.
    var warning: String? {
        let builtIn: [KeyType] = [.string, .list, .set, .sortedSet, .hash, .stream]
        guard let keyType, !builtIn.contains(keyType) else { return nil }
        return "--type \(keyType): none of the servers' own types; right only if a module brings it"
    }
}

/// Where names go, and how they look.
struct OutputOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How names are written: text, json or nul.",
            discussion: """
                text: one name a line; control characters, backslashes and bytes that are not UTF-8 as \\n \
                \\r \\t \\\\ \\xHH, so that every name can be told. json: {"key":"…"} a line, \
                {"key_base64":"…"} for names that are not UTF-8, and a last line {"report":{"complete":…}}; \
                without that line, or with false, it is a part. nul: the bytes as they are, \
                and a zero byte (xargs -0). On a terminal, characters that could mislead the eye are escaped \
                as well.
                """
        )
    )
    var format = KeyFormat.text

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Write to this file instead of standard output.",
            discussion: """
                It is called FILE.partial until it is complete and saved; only then does it take the place \
                of FILE. With --cursor or --resume an earlier FILE.partial is continued.
                """,
            valueName: "file"
        ),
        completion: .file()
    )
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Stop after exactly so many keys: 500, 10k, 2M.",
            discussion: """
                A cursor stands for whole batches, so that going on from there repeats some of the last \
                keys. With --resume, FILE.partial waits for more.
                """,
            valueName: "n"
        )
    )
    var limit: Quantity?

    /// Whether neither progress nor a summary is wanted.
    var quiet: Bool { RunSettings.talk.isQuiet }

    func validate() throws {
        guard let output else { return }
        switch FileSystem.kind(of: output) {
        case .missing, .regular: break
        case .directory: throw ValidationError("--output \(output) is a folder")
        case .other:
            throw ValidationError("--output \(output) is no regular file: write '> \(output)' instead")
        }
    }
}

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
        help: ArgumentHelp(
            "Keep the cursor in this file.",
            discussion: """
                If the file exists, go on from it. It is saved every ten seconds and whenever the command \
                stops early, and removed when all keys are written: repeat the same command until \
                it exits with 0.
                """,
            valueName: "file"
        ),
        completion: .file()
    )
    var resume: String?

    func validate() throws {
        if cursor != nil, resume != nil {
            throw ValidationError(
                "--cursor and --resume exclude each other: the file has a cursor of its own"
            )
        }
        if let resume, FileSystem.kind(of: resume) == .directory {
            throw ValidationError("--resume \(resume) is a folder")
        }
    }
}
