import ClusterScan
import ClusterScanOperations
import Testing

@Suite("A key at one moment")
struct KeyMomentTests {
    private static let payload = RESPValue.bulkString([1, 2, 3])

    private static func text(_ text: String) -> RESPValue { .bulkString(Array(text.utf8)) }

    @Test("PEXPIRETIME with DUMP: a moment, never, or no key")
    func exact() throws {
        for (answer, lifetime) in [
            (1_795_693_408_327, KeyLifetime.at(milliseconds: 1_795_693_408_327)), (-1, .never), (-2, .noKey),
        ] {
            let moment = KeyMoment(.value(.array([.integer(Int64(answer)), Self.payload])))
            #expect(moment.lifetime == lifetime)
            guard case .value(Self.payload) = moment.value else {
                Issue.record("\(moment.value)")
                continue
            }
        }
        #expect(KeyMoment(.value(.integer(-1))).lifetime == .never, "without the value")
        #expect(KeyMoment(.value(.array([.integer(-2), .null]))).lifetime == .noKey)
    }

    @Test("servers before 7.0 tell their time and what is left")
    func old() {
        let time = RESPValue.array([Self.text("1795693408"), Self.text("327999")])
        let moment = KeyMoment(.value(.array([time, .integer(1_000), Self.payload])))
        #expect(moment.lifetime == .at(milliseconds: 1_795_693_409_327))
        #expect(KeyMoment(.value(.array([time, .integer(-1), Self.payload]))).lifetime == .never)
        #expect(KeyMoment(.value(.array([time, .integer(-2), .null]))).lifetime == .noKey)
        let far = RESPValue.array([Self.text("\(Int64.max)"), Self.text("0")])
        #expect(KeyMoment(.value(.array([far, .integer(.max)]))).lifetime == .at(milliseconds: .max))
    }

    @Test("a refusal of either is the word on the key")
    func refused() {
        let error = ServerError(message: "ERR no")
        for reply in [KeyReply.error(error), .value(.array([.integer(-1), .error(error)]))] {
            guard case .error(error) = KeyMoment(reply).value else {
                Issue.record("\(reply)")
                continue
            }
        }
    }

    @Test("moments agree within a second, by which moving a key shifts them, never with none")
    func agreement() {
        let one = KeyLifetime.at(milliseconds: 1_000_000)
        #expect(one.agrees(with: .at(milliseconds: 1_001_000)))
        #expect(!one.agrees(with: .at(milliseconds: 1_001_001)))
        #expect(!one.agrees(with: .never) && !KeyLifetime.never.agrees(with: one))
        #expect(KeyLifetime.never.agrees(with: .never) && !KeyLifetime.never.agrees(with: .noKey))
        #expect(!KeyLifetime.at(milliseconds: .max).agrees(with: .at(milliseconds: .min)))
    }
}
