import ClusterScan
import ClusterScanOperations
import Testing

@Suite("Records that are restored")
struct RestoreRoundsTests {
    private static let now: Int64 = 1_700_000_000_000
    private static let stored = KeyReply.value(.simpleString(Array("OK".utf8)))
    private static let busy = KeyReply.error(ServerError(message: "BUSYKEY Target key name already exists."))
    private static let lost = KeyReply.outcomeUnknown(
        ClusterScanError(.unreachable, "the connection was lost")
    )

    private static func record(_ key: String, expiry: Int64? = nil) -> DumpRecord {
        DumpRecord(key: Array(key.utf8), expiry: expiry, payload: [0])
    }

    private static func words(_ outcomes: [RestoreOutcome]) -> [String] {
        outcomes.map { outcome in
            switch outcome {
            case .restored: "restored"
            case .expired: "expired"
            case .exists: "exists"
            case .repeated: "repeated"
            case .refused(let error): error.code
            case .failed(let error): error.message
            }
        }
    }

    @Test("of several records of one key only the last is sent, and none whose expiry has passed")
    func whatIsSent() throws {
        let records = [
            Self.record("a"), Self.record("b", expiry: Self.now), Self.record("c", expiry: Self.now + 1),
            Self.record("a"),
        ]
        var rounds = RestoreRounds(records, now: Self.now)
        var restored: RestoredKeys? = RestoredKeys(expecting: 10)
        #expect(rounds.waiting == [2, 3])
        try rounds.take([Self.stored, Self.stored], besides: &restored)
        #expect(rounds.waiting.isEmpty)
        #expect(Self.words(rounds.outcomes) == ["repeated", "expired", "restored", "restored"])
    }

    @Test("a key that was there before is told once; what an earlier record restored is no such key")
    func present() throws {
        var restored: RestoredKeys? = RestoredKeys(expecting: 10)
        for expected in [["restored", "exists"], ["repeated", "repeated"]] {
            var rounds = RestoreRounds([Self.record("ours"), Self.record("theirs")], now: Self.now)
            let first = expected[0] == "restored" ? Self.stored : Self.busy
            try rounds.take([first, Self.busy], besides: &restored)
            #expect(Self.words(rounds.outcomes) == expected)
        }
    }

    @Test("what may have been run is sent again; if the key is there then, whose it is stays unknown")
    func uncertain() throws {
        var restored: RestoredKeys? = RestoredKeys(expecting: 10)
        var rounds = RestoreRounds([Self.record("a"), Self.record("b")], now: Self.now)
        try rounds.take([Self.stored, Self.lost], besides: &restored)
        #expect(rounds.waiting == [1])
        #expect(Self.words(rounds.outcomes) == ["restored", "the connection was lost"])
        try rounds.take([Self.busy], besides: &restored)
        #expect(rounds.waiting.isEmpty)
        #expect(Self.words(rounds.outcomes) == ["restored", "the connection was lost"])
    }

    @Test("a refusal concerns one record; a permission that is missing, all of them")
    func refusals() throws {
        var overwriting: RestoredKeys?
        var rounds = RestoreRounds([Self.record("a")], now: Self.now)
        try rounds.take([.error(ServerError(message: "OOM no memory"))], besides: &overwriting)
        #expect(Self.words(rounds.outcomes) == ["OOM"])
        rounds = RestoreRounds([Self.record("a")], now: Self.now)
        let error = #expect(throws: ClusterScanError.self) {
            try rounds.take([.error(ServerError(message: "NOPERM no"))], besides: &overwriting)
        }
        #expect(error?.code == .permissionDenied)
    }
}
