import Foundation
import Testing

/// Every input that ever mattered to a fuzzer, in each run of the tests: what once broke a promise among
/// them. `Tests/Fuzzing/run.sh` looks for new ones.
@Suite("Fuzzing corpus")
struct CorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Corpus")

    private static func inputs(of target: FuzzTarget) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: folder.appending(path: target.rawValue),
            includingPropertiesForKeys: nil
        ).sorted { $0.path < $1.path }
    }

    @Test("every kept input keeps its promises", arguments: FuzzTarget.allCases)
    func corpus(target: FuzzTarget) throws {
        let inputs = try Self.inputs(of: target)
        #expect(inputs.count >= 3, "the corpus is there")
        for input in inputs {
            let bytes = [UInt8](try Data(contentsOf: input))
            #expect(throws: Never.self, "\(target.rawValue)/\(input.lastPathComponent)") {
                try target.run(bytes)
            }
        }
    }

    @Test("inputs that are cut short or have a bit turned keep them as well", arguments: FuzzTarget.allCases)
    func neighbours(target: FuzzTarget) throws {
        for (number, input) in try Self.inputs(of: target).enumerated() {
            let bytes = [UInt8](try Data(contentsOf: input))
            guard !bytes.isEmpty else { continue }
            var changed = bytes
            changed[number &* 7919 % bytes.count] ^= 1 << UInt8(number % 8)
            for neighbour in [changed, Array(bytes.prefix(bytes.count / 2)), bytes + bytes] {
                #expect(throws: Never.self, "\(target.rawValue)/\(input.lastPathComponent)") {
                    try target.run(neighbour)
                }
            }
        }
    }

    @Test("the corpus is small enough to be kept")
    func size() throws {
        var total = 0
        for target in FuzzTarget.allCases {
            for input in try Self.inputs(of: target) { total += try Data(contentsOf: input).count }
        }
        #expect(total < 512 << 10)
    }
}
