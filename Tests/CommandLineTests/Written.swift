import ClusterScan
import cluster_scan

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The bytes that names become in a format.
func written(
    _ keys: [[UInt8]],
    _ format: KeyFormat,
    capacity: Int = 1 << 16,
    escapesDeceptive: Bool = false
) throws -> (bytes: [UInt8], leftOut: UInt64) {
    let folder = try TemporaryFolder()
    let file = try FileDescriptor.open(folder.file("out"), O_RDWR | O_CREAT)
    defer { try? file.closeFile() }
    var writer = KeyWriter(
        BlockWriter(file, capacity: capacity),
        format: format,
        escapesDeceptive: escapesDeceptive
    )
    try writer.write(KeyBatch(keys))
    try writer.flush()
    return (try file.readSome(Int(file.size()), at: 0), writer.leftOut)
}

/// The same as text.
func writtenText(_ keys: [[UInt8]], _ format: KeyFormat, escapesDeceptive: Bool = false) throws -> String {
    String(decoding: try written(keys, format, escapesDeceptive: escapesDeceptive).bytes, as: UTF8.self)
}

/// Names that have broken other tools.
let awkwardNames: [[UInt8]] =
    [
        "", "plain", "back\\slash", "line\nfeed", "tab\t", "carriage\rreturn", "\u{1B}[31m", "quote\"d",
        "Привет", "日本語",
        "👩\u{200D}👩", "bidi\u{202E}", "delete\u{7F}", "c1\u{9B}", "\u{2028}", "\\x41", "seven77", "eight888",
        "nine99999", "exactly sixteen!", "\u{10FFFF}",
    ].map { Array($0.utf8) } + [
        [0], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82],
        Array("aaaaaaa".utf8) + [0x80], Array("aaaaaaaa".utf8) + [0x1F], [0xF0, 0x9F, 0x91],
    ]

/// Names of random bytes, of which many are of interest.
func randomNames(count: Int, seed: UInt64) -> [[UInt8]] {
    var random = SplitMix64(state: seed)
    let special =
        Array("\\\"\n\r\t{}\u{7F}\u{1F}\u{20}é日👩\u{9B}\u{202E}".utf8) + [0, 0x80, 0xC0, 0xED, 0xF5, 0xFF]
    return (0..<count).map { _ in
        (0..<Int.random(in: 0...40, using: &random)).map { _ in
            switch Int.random(in: 0...9, using: &random) {
            case 0: UInt8.random(in: 0...255, using: &random)
            case 1: special[Int.random(in: special.indices, using: &random)]
            default: UInt8.random(in: 0x20...0x7E, using: &random)
            }
        }
    }
}
