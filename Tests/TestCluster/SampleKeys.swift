/// Sample keys as applications name them, the same for the same seed, no two alike: every shape has a
/// beginning of its own and holds the key's index in a place where nothing else can stand.
///
/// One in a hundred has a name that careless code mangles: NUL, line breaks, invalid UTF-8, quotes,
/// blanks, braces that are not a hash tag. The first `tagCount` keys share one hash tag, so one slot.
package struct SampleKeys: Sendable {
    package struct Key: Equatable, Hashable, Sendable {
        package let name: [UInt8]
        package let type: ValueType
        /// Given to a quarter of the sessions; a day, so that nothing expires during a test.
        package let expires: Bool
    }

    /// The names are those that `TYPE` answers.
    package enum ValueType: String, CaseIterable, Sendable {
        case string, list, set, zset, hash, stream
    }

    package let seed: UInt64
    package let tag: String
    package let tagCount: Int
    package let count: Int

    /// - Parameters:
    ///   - count: how many keys besides those of the tag.
    ///   - seed: another seed gives other names and another mixture of order months and regions.
    ///   - tagCount: how many keys `{tag}:item:N` come first.
    ///   - tag: not empty, without braces.
    package init(count: Int, seed: UInt64 = 1, tagCount: Int = 0, tag: String = "big") {
        precondition(count >= 0 && tagCount >= 0 && !tag.isEmpty)
        precondition(!tag.contains("{") && !tag.contains("}"))
        self.seed = seed
        self.tag = tag
        self.tagCount = tagCount
        self.count = count + tagCount
    }

    private func text(_ name: String, _ type: ValueType, expires: Bool = false) -> Key {
        Key(name: Array(name.utf8), type: type, expires: expires)
    }

    private func key(number: Int) -> Key {
        let id = 1_000_000 + number
        let random = Self.mixed(UInt64(number) &+ seed &* 0x9e37_79b9_7f4a_7c15)
        switch number % 100 {
        case 0: return Key(name: oddName(number), type: .string, expires: false)
        case ..<23: return text("user:\(id):profile:public", .hash)
        case ..<36: return text("{user:\(id)}:cart:items", .list)
        case ..<60:
            let name = "session:\(Self.hex(random))\(Self.hex(Self.mixed(random)))"
            return text(name, .string, expires: number % 4 == 0)
        case ..<72:
            let month = Int(random % 120)
            let two = month % 12 < 9 ? "0" : ""
            return text("order:{20\(16 + month / 12)-\(two)\(month % 12 + 1)}:\(id)", .string)
        case ..<80: return text("product:\(id):recommended-with", .set)
        case ..<88: return text("leaderboard:region-\(random % 40):season-\(random % 9):\(id)", .zset)
        case ..<92: return text("events:payments:partition-\(id)", .stream)
        default: return text("cache:/api/v2/catalog/items/\(id)?page=\(random % 50)&sort=price", .string)
        }
    }

    private func oddName(_ number: Int) -> [UInt8] {
        let digits = Array(String(number).utf8)
        switch number / 100 % 10 {
        case 0: return [0, 0, 0xff] + digits + [0]
        case 1: return Array("line\r\nbreak\n".utf8) + digits
        case 2: return [0xc3, 0x28, 0xfe, 0xff, 0x80] + digits
        case 3: return Array(" blank\t".utf8) + digits + Array("  ".utf8)
        case 4: return Array("\"double\" 'single' \\x41\\ ".utf8) + digits
        case 5: return Array("{}empty tag ".utf8) + digits
        case 6: return Array("}closed first{".utf8) + digits + Array("}}{".utf8)
        case 7: return Array("{{".utf8) + digits + Array("}} nested".utf8)
        case 8: return Array("{never closed ".utf8) + digits
        default: return Array("clé:ключ:鍵:🔑:".utf8) + digits
        }
    }

    /// The finaliser of SplitMix64: a bijection, so different numbers stay different.
    private static func mixed(_ number: UInt64) -> UInt64 {
        var bits = number
        bits = (bits ^ bits &>> 30) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ bits &>> 27) &* 0x94d0_49bb_1331_11eb
        return bits ^ bits &>> 31
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension SampleKeys: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { count }

    package subscript(position: Int) -> Key {
        precondition(indices.contains(position))
        return position < tagCount
            ? text("{\(tag)}:item:\(position)", .string)
            : key(number: position - tagCount)
    }
}
