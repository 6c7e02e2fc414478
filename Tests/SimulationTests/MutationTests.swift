import Testing

@Suite("The simulation notices when a rule has no effect")
struct MutationTests {
    @Test("each falsehood that undoes a rule is caught", arguments: Falsehood.allCases)
    func mutation(_ falsehood: Falsehood) async {
        let result = await SeedRun(seeds: 20_000, falsehood: falsehood, stopsAtFailure: true).run()
        let first = result.failures.first
        print("\(falsehood): caught after \(result.simulations) simulations", first.map { "\($0)" } ?? "")
        #expect(first != nil, "no seed shows that \(falsehood) undoes a rule")
    }
}
