import ScanCore
import Testing

@Suite("Damaged tokens")
struct ScanTokenDamageTests {
    /// Short tokens of several kinds, and one with packed slots.
    static let tokens: [String] = {
        var source = threeNodes()
        source.lanes[LaneID(rawValue: 3)]?.purpose = .migrationSource(to: 5)
        source.lanes[LaneID(rawValue: 3)]?.position = .slots(below: 12_000)
        var destination = threeNodes()
        destination.lanes[LaneID(rawValue: 2)]?.purpose = .migrationDestination(from: mark(4))
        destination.lanes[LaneID(rawValue: 2)]?.position = .walked
        var fresh = ScanProgress(queryDigest: 1, wanted: .all)
        // Of a length that leaves bits of the last character unused.
        fresh.keysReturned = 200
        return [threeNodes(), source, destination, fresh]
            .map { ScanCursor($0).description }
    }()

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8
    )

    private func isRefused(_ token: String) -> Bool {
        do {
            _ = try ScanCursor(token)
            return false
        } catch {
            return error == .malformed
        }
    }

    @Test("every flip of one bit is noticed", arguments: tokens)
    func bitFlips(token: String) throws {
        let bytes = try #require(Base64.decode(token.utf8, as: .urlSafe))
        for position in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[position] ^= 1 << UInt8(bit)
                #expect(isRefused(Base64.text(damaged, as: .urlSafe)), "bit \(bit) of byte \(position)")
            }
        }
    }

    @Test("every substitution of one character is noticed", arguments: tokens)
    func substitutions(token: String) {
        let characters = Array(token.utf8)
        for position in characters.indices {
            for character in Self.alphabet + Array("=+/ .~%\n\u{7F}".utf8)
            where character != characters[position] {
                var damaged = characters
                damaged[position] = character
                if !isRefused(String(decoding: damaged, as: UTF8.self)) {
                    Issue.record("\(character) in place of character \(position)")
                }
            }
        }
    }

    @Test("every truncation is noticed, except to nothing, which starts anew", arguments: tokens)
    func truncations(token: String) throws {
        for length in 1..<token.utf8.count {
            #expect(isRefused(String(token.prefix(length))), "first \(length)")
            #expect(throws: ScanCursorError.self, "last \(length)") {
                try ScanCursor(String(token.suffix(length)))
            }
        }
        #expect(try ScanCursor(String(token.prefix(0))).isStart)
    }

    @Test("everything added is noticed, wherever", arguments: tokens)
    func extensions(token: String) {
        for character in Self.alphabet {
            let added = String(decoding: [character], as: UTF8.self)
            for position in 0...token.utf8.count {
                #expect(
                    isRefused(token.prefix(position) + added + token.dropFirst(position)),
                    "\(added) at \(position)"
                )
            }
        }
        for added in ["AA", "AAA", "AAAA", token, "=", "==", " ", "\n", "0", "\0", "é"] {
            #expect(isRefused(token + added) && isRefused(added + token))
        }
    }

    @Test("damage to a token with packed slots is noticed")
    func packed() throws {
        var random = KeyspaceRandom(seed: 12)
        var progress = threeNodes()
        progress.lanes = [:]
        progress.covered = SlotSet()
        for slot in SlotSet.all where Bool.random(using: &random) { progress.covered.insert(slot) }
        let token = ScanCursor(progress).description
        #expect(token.utf8.count > 5000)
        let characters = Array(token.utf8)
        for _ in 0..<100 {
            var damaged = characters
            let position = Int.random(in: 0..<damaged.count, using: &random)
            damaged[position] =
                Self.alphabet.filter { $0 != damaged[position] }.randomElement(using: &random) ?? 0
            #expect(isRefused(String(decoding: damaged, as: UTF8.self)))
            #expect(isRefused(String(token.prefix(Int.random(in: 1..<token.utf8.count, using: &random)))))
        }
    }

    @Test("a hundred thousand random texts are refused")
    func garbage() {
        var random = KeyspaceRandom(seed: 1)
        let ascii = Array(UInt8.min...UInt8.max)
        for round in 0..<100_000 {
            let bytes = random.bytes(from: round % 4 == 0 ? ascii : Self.alphabet, count: 1...48)
            let text = String(decoding: bytes, as: UTF8.self)
            if text == "0" || !text.utf8.contains(where: { !(48...57).contains($0) }) { continue }
            if !isRefused(text) { Issue.record("\(text)") }
        }
    }

    @Test("a text longer than any cursor is refused at once")
    func huge() {
        let text = String(repeating: "A", count: 64 << 20)
        var isRefused = false
        let time = ContinuousClock().measure { isRefused = self.isRefused(text) }
        #expect(isRefused && time < .milliseconds(100))
        for count in [1 << 21, (1 << 21) + 1] {
            #expect(self.isRefused(String(repeating: "A", count: count)))
            #expect(self.isRefused(String(repeating: "7", count: count)))
        }
    }
}
