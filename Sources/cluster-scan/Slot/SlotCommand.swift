import ArgumentParser
import ClusterScan

/// `cluster-scan slot`
struct SlotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slot",
        abstract: "Show the hash slot of a key, or the slots that a pattern implies, and why.",
        usage: "cluster-scan slot [<options>] <key-or-pattern> [<url> ...]",
        discussion: """
            Works without a server; with a URL it also shows the nodes that serve the slots, which are the \
            nodes that 'keys --match' asks. What has one of * ? [ \\ is taken for a pattern unless \
            --as-key says otherwise.

            EXAMPLES
              cluster-scan slot user:42
              cluster-scan slot '{user:42}:*' 10.0.0.1:7000
              cluster-scan slot --as-key 'what?'
              cluster-scan slot --escaped 'caf\\xe9'
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @Argument(help: ArgumentHelp("A key, or a pattern.", valueName: "key-or-pattern"))
    var text: ByteArgument

    @OptionGroup(title: "CLUSTER") var connection: ConnectionOptions

    @Flag(help: "Take it for the name of a key, whatever it contains.")
    var asKey = false

    @Flag(help: "Take it for a pattern, whatever it contains.")
    var asPattern = false

    @Flag(help: "Read \\n \\r \\t \\\\ \\xHH as 'keys --format text' writes them.")
    var escaped = false

    @Option(help: "How to write it: text or json.")
    var format = Format.text

    func validate() throws {
        if asKey, asPattern { throw ValidationError("--as-key and --as-pattern exclude each other") }
        if bytes == nil { throw PatternOptions.malformed }
    }

    private var bytes: [UInt8]? {
        escaped ? EscapedText.decode(text.bytes, isPattern: asPattern) : text.bytes
    }

    func run() async throws {
        let answer = SlotAnswer(bytes ?? [], as: asKey ? .key : asPattern ? .pattern : nil)
        let shards =
            !connection.namesCluster
            ? nil : try await connection.withScanner { try await $0.topology().shards }
        switch format {
        case .text: try StandardOutput.write(answer.text(shards: shards))
        case .json: try StandardOutput.write(answer.json(shards: shards).text + "\n")
        }
    }
}
