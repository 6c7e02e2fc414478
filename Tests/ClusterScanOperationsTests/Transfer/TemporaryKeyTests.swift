import ClusterScan
import ClusterScanOperations
import Testing

@Suite("Temporary keys")
struct TemporaryKeyTests {
    @Test(
        "a temporary name is in the slot of its key, whatever braces that has",
        arguments: ["", "plain", "{tag}:1", "{}empty", "}closed{", "{never", "{{a}}"]
    )
    func slots(key: String) {
        let name = TemporaryKey.name(besides: Array(key.utf8))
        #expect(HashSlot(key: name) == HashSlot(key: key))
        #expect(name.starts(with: TemporaryKey.prefix.utf8))
        #expect(name != TemporaryKey.name(besides: Array(key.utf8)), "nobody else uses it")
    }
}
