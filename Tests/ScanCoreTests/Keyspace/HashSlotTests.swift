import ScanCore
import Testing

@Suite struct HashSlotTests {
    @Test("a key has the slot that a real server says it has")
    func slotsOfARealServer() throws {
        for line in try TestVectors.lines(of: "keyslot") {
            let key = try TestVectors.bytes(line[0])
            let slot = try #require(UInt16(line[1]).flatMap(HashSlot.init(rawValue:)))
            #expect(HashSlot(key: key) == slot, "\(line)")
            #expect(HashSlot(key: AnySequence(key)) == slot, "\(line)")
        }
    }

    @Test("the fast hash agrees with the definition at every length, with and without braces")
    func agreesWithTheDefinition() {
        var random = KeyspaceRandom(seed: 1)
        let binary = Array(UInt8.min...UInt8.max)
        for length in 0...300 {
            for alphabet in [binary, Array("{}ab".utf8), Array("{abcdefghijklmnopqrstuvwxyz}".utf8)] {
                let key = random.bytes(from: alphabet, count: length...length)
                #expect(HashSlot(key: key).rawValue == definedSlot(of: key), "\(key)")
            }
        }
    }

    @Test("a brace counts wherever it stands, and bytes around the key do not")
    func bracesAtEveryPosition() {
        for length in 1...40 {
            for open in 0..<length {
                for close in open..<length {
                    var key = [UInt8](repeating: UInt8(ascii: "k"), count: length)
                    key[close] = UInt8(ascii: "}")
                    key[open] = UInt8(ascii: "{")
                    let surrounded = Array("{x}".utf8) + key + Array("}{y}".utf8)
                    let slot = surrounded.withUnsafeBytes {
                        HashSlot(key: UnsafeRawBufferPointer(rebasing: $0[3..<3 + length]))
                    }
                    #expect(slot.rawValue == definedSlot(of: key), "\(key)")
                }
            }
        }
    }

    @Test("text is hashed as its UTF-8 bytes")
    func text() {
        #expect(HashSlot(key: "123456789").rawValue == 0x31c3)
        #expect(HashSlot(key: "{user1000}.following") == HashSlot(key: "{user1000}.followers"))
        #expect(HashSlot(key: "ключ") == HashSlot(key: Array("ключ".utf8)))
    }

    @Test("there are 16,384 slots, ordered by number")
    func bounds() throws {
        #expect(HashSlot(rawValue: 16_383)?.description == "16383")
        #expect(HashSlot(rawValue: 16_384) == nil)
        #expect(HashSlot(rawValue: .max) == nil)
        #expect(try #require(HashSlot(rawValue: 9)) < #require(HashSlot(rawValue: 10)))
    }

    /// The slot by the words of the cluster specification, a bit at a time.
    private func definedSlot(of key: [UInt8]) -> UInt16 {
        var hashed = key[...]
        if let open = key.firstIndex(of: UInt8(ascii: "{")) {
            let tag = key[(open + 1)...].prefix { $0 != UInt8(ascii: "}") }
            if !tag.isEmpty, tag.endIndex < key.endIndex { hashed = tag }
        }
        var crc: UInt16 = 0
        for byte in hashed {
            crc ^= UInt16(byte) << 8
            for _ in 0..<8 { crc = crc & 0x8000 == 0 ? crc << 1 : (crc << 1) ^ 0x1021 }
        }
        return crc % 16_384
    }
}
