import ClusterScan
import ClusterScanOperations
import Testing

@Suite("Expiry of keys")
struct KeyExpiryTests {
    private static func words(_ expiry: KeyExpiry, _ key: String) -> [String] {
        let (name, arguments) = Array(key.utf8).withUnsafeBytes { expiry.words(for: $0) }
        return [name] + arguments.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("a span is PEXPIRE, a moment PEXPIREAT, a condition its option")
    func commands() {
        #expect(Self.words(KeyExpiry(.after(.seconds(90))), "k") == ["PEXPIRE", "90000"])
        #expect(
            Self.words(KeyExpiry(.at(milliseconds: 5), condition: .earlierExpiry), "k")
                == ["PEXPIREAT", "5", "GT"]
        )
    }

    @Test("jitter depends on the name alone, stays in its bounds, and spreads names that are alike")
    func jitter() throws {
        let expiry = KeyExpiry(.after(.seconds(1)), jitter: .seconds(1))
        var tenths = [Int](repeating: 0, count: 10)
        for number in 0..<10_000 {
            let words = Self.words(expiry, "session:\(number)")
            #expect(words == Self.words(expiry, "session:\(number)"))
            let time = try #require(Int(words[1]))
            #expect((1_000...2_000).contains(time))
            tenths[min((time - 1_000) / 100, 9)] += 1
        }
        #expect(tenths.allSatisfy { (850...1_150).contains($0) }, "\(tenths)")
    }

    @Test("conditions are foreseen as servers apply them")
    func conditions() {
        // PTTL: the key is gone, it does not expire, it expires in 5 s, in 50 s. The new expiry: in 10 s.
        let replies: [RESPValue] = [.integer(-2), .integer(-1), .integer(5_000), .integer(50_000)]
        let expected: [(KeyExpiry.Condition?, [String])] = [
            (nil, ["missing", "done", "done", "done"]),
            (.noExpiry, ["missing", "done", "unchanged", "unchanged"]),
            (.anyExpiry, ["missing", "unchanged", "done", "done"]),
            (.earlierExpiry, ["missing", "unchanged", "done", "unchanged"]),
            (.laterExpiry, ["missing", "done", "unchanged", "done"]),
        ]
        for (condition, outcomes) in expected {
            for moment in [KeyExpiry.Moment.after(.seconds(10)), .at(milliseconds: 1_010_000)] {
                let expiry = KeyExpiry(moment, condition: condition)
                let foreseen = replies.map { reply in
                    [UInt8]("k".utf8).withUnsafeBytes {
                        "\(expiry.foresee(reply, key: $0, now: 1_000_000))"
                    }
                }
                #expect(foreseen == outcomes, "\(String(describing: condition))")
            }
        }
    }
}
