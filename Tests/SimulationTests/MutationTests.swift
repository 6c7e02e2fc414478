import ScanCore
import Testing

@Suite("The simulation notices a broken rule")
struct MutationTests {
    @Test("each rule that is switched off is caught", arguments: ScanRule.allCases)
    func mutation(_ rule: ScanRule) async {
        let result = await SeedRun(seeds: 20_000, broken: rule, stopsAtFailure: true).run()
        let first = result.failures.first
        print("without \(rule): caught after \(result.simulations) simulations", first.map { "\($0)" } ?? "")
        #expect(first != nil, "nobody would notice if \(rule) were gone")
    }
}
