import ArgumentParser
import ClusterScan
import Testing
import cluster_scan

@Suite("Several URLs")
struct ConnectionPlanTests {
    @Test("without a URL, the default address is asked")
    func none() throws {
        let plan = try ConnectionPlan(urls: [], user: nil)
        #expect(plan.seeds == [NodeAddress(host: "127.0.0.1", port: 6379)])
        #expect(plan.database == 0)
    }

    @Test("all are seeds, and it is enough when one names user, password and database")
    func several() throws {
        let plan = try ConnectionPlan(urls: ["redis://u:p@a:1/2", "b:2", "redis://u@c:3"], user: "u")
        #expect(plan.seeds.map(\.description) == ["a:1", "b:2", "c:3"])
        #expect(plan.username == "u")
        #expect(plan.password == "p")
        #expect(plan.database == 2)
    }

    @Test(
        "contradictions are wrong usage, and told without secrets",
        arguments: [
            (["redis://u:secret1@a", "redis://u:secret2@b"], nil), (["redis://u@a", "redis://v@b"], nil),
            (["redis://u:secret1@a"], "v"), (["redis://a/1", "redis://a/2"], nil),
        ] as [([String], String?)]
    )
    func contradictions(urls: [String], user: String?) {
        let error = #expect(throws: ValidationError.self) { try ConnectionPlan(urls: urls, user: user) }
        #expect(error?.message.contains("different") == true)
        #expect(error?.message.contains("secret") == false)
    }
}
