import ScanCore
import Testing

@Suite("INFO keyspace")
struct KeyspaceInfoTests {
    @Test("databases with keys are counted, whatever else servers write into the line")
    func keys() {
        let text = """
            # Keyspace\r
            db0:keys=88555,expires=12,avg_ttl=0\r
            db3:keys=2,expires=0,avg_ttl=0,subexpiry=1\r
            db4:expires=0,keys=7\r
            db5:keys=0,expires=0\r
            db6:keys=x\r
            dbx:keys=1\r
            db-1:keys=1\r
            """
        #expect(KeyspaceInfo.keys(text) == [0: 88_555, 3: 2, 4: 7])
        #expect(KeyspaceInfo.keys("") == [:])
        #expect(KeyspaceInfo.keys("db0:keys=9223372036854775807") == [0: 1 << 48])
    }
}
