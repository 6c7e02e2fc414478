import ArgumentParser
import ClusterScan

/// What is written, where it goes, and how it looks.
struct OutputOptions: ParsableArguments {
    @Option(
        name: .customLong("with"),
        help: ArgumentHelp(
            "Write also what servers know of the keys: \(FieldList.allNames), or some of these.",
            discussion: """
                ttl: milliseconds, -1 if it never expires. memory: bytes. idle: seconds. freq: only where \
                the maxmemory-policy is an LFU one; idle only where it is not. length: bytes, elements or \
                entries. db: the number of the database. Keys that are gone by then are written with nothing \
                but slot, node and db ("gone":true in JSON).
                """,
            valueName: "fields"
        )
    )
    var fields: FieldList?

    @Option(
        help: ArgumentHelp(
            "How keys are written: text, json, csv, tsv or nul.",
            discussion: """
                text: one name a line; control characters, backslashes and bytes that are not UTF-8 as \\n \
                \\r \\t \\\\ \\xHH, so that every name can be told; columns behind tabs. tsv: the same below \
                a header. csv: RFC 4180 with a header, names escaped as in text. json: {"key":"…"} a line, \
                {"key_base64":"…"} for names that are not UTF-8, and a last line {"report":{"complete":…}}; \
                without that line, or with false, it is a part. nul: the bytes as they are, \
                and a zero byte (xargs -0). On a terminal, characters that could mislead the eye are escaped \
                as well.
                """
        )
    )
    var format = KeyFormat.text

    @Flag(
        help: ArgumentHelp(
            "Write every key once, also where nodes have to be read again.",
            discussion: """
                Names are kept in memory until their slots are covered: for a million keys of 33 bytes at \
                most 56 MiB with SCAN, 11 MiB slot by slot, and about half of that with --max-nodes 1.
                """
        )
    )
    var unique = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Write to this file instead of standard output.",
            discussion: """
                It is called FILE.partial until it is complete and saved; only then does it take the place \
                of FILE. With --cursor or --checkpoint an earlier FILE.partial is continued.
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
                keys; with --checkpoint and --output they are taken back first.
                """,
            valueName: "n"
        )
    )
    var limit: Quantity?

    /// What may not change between the runs that write one output, as it was put on the command line.
    var layout: [String] {
        ["--format", format.rawValue] + (fields.map { ["--with", "\($0)"] } ?? [])
            + (unique ? ["--unique"] : [])
    }

    func validate() throws {
        if format == .nul, fields != nil {
            throw ValidationError("--format nul writes names alone: use another format with --with")
        }
        try OutputFile.validate(output)
    }
}
