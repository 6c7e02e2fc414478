import Testing

@Suite("The simulation notices when a rule has no effect")
struct MutationTests {
    @Test("each falsehood that undoes a rule is caught", arguments: Falsehood.allCases)
    func mutation(_ falsehood: Falsehood) async {
        // Of these seeds none fails with the rule in force: see PromiseTests.
        let result = await SeedRun(
            seeds: PromiseTests.wideSeeds,
            isWide: true,
            falsehood: falsehood,
            stopsAtFailure: true
        ).run()
        let first = result.failures.first
        print("\(falsehood): caught after \(result.simulations) simulations", first.map { "\($0)" } ?? "")
        #expect(first != nil, "no seed shows that \(falsehood) undoes a rule")
    }
}
