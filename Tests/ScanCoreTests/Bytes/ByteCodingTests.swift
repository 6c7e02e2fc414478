import Foundation
import ScanCore
import Testing

@Suite("Compact binary forms")
struct ByteCodingTests {
    @Test("the checksum is that of IEEE 802.3")
    func checksum() {
        // Check value of the CRC catalogue, and RFC 3720 style corner cases computed with zlib.
        #expect(CRC32.checksum(of: "123456789".utf8) == 0xCBF4_3926)
        #expect(CRC32.checksum(of: []) == 0)
        #expect(CRC32.checksum(of: [0]) == 0xD202_EF8D)
        #expect(CRC32.checksum(of: Array(repeating: 0xFF, count: 4)) == 0xFFFF_FFFF)
        var parts = CRC32()
        parts.update("1234".utf8)
        parts.update("56789".utf8)
        #expect(parts.value == 0xCBF4_3926)
    }

    @Test("base 64 is that of RFC 4648 with - and _ and without padding")
    func base64() {
        var random = KeyspaceRandom(seed: 4)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let expected = Data(bytes).base64EncodedString()
                .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
            #expect(Base64.text(bytes, as: .urlSafe) == expected)
            #expect(Base64.decode(expected.utf8, as: .urlSafe) == bytes)
        }
    }

    @Test(
        "only what is written is read back",
        arguments: [
            "A", "AAAAA", "AB", "A_", "AAB", "AA=", "AA==", "AA ", "AA\n", "A+AA", "A/AA", "Ä", "\0\0",
            "AAA\u{301}",
        ]
    )
    func refused(text: String) {
        #expect(Base64.decode(text.utf8, as: .urlSafe) == nil)
    }

    @Test("numbers of every width come back, and nothing is left")
    func numbers() throws {
        let numbers: [UInt64] = [0, 1, 127, 128, 16_383, 16_384, 1 << 32, 1 << 63, .max]
        var writer = ByteWriter()
        for number in numbers {
            writer.write(varint: number)
            writer.write(fixed: number)
            writer.write(fixed: UInt32(truncatingIfNeeded: number))
            writer.write(UInt8(truncatingIfNeeded: number))
        }
        var reader = ByteReader(writer.bytes[...], otherwise: ScanCursorError.malformed)
        for number in numbers {
            #expect(try reader.readVarint() == number)
            #expect(try reader.readFixed(UInt64.self) == number)
            #expect(try reader.readFixed(UInt32.self) == UInt32(truncatingIfNeeded: number))
            #expect(try reader.readByte() == UInt8(truncatingIfNeeded: number))
        }
        #expect(reader.isAtEnd)
    }

    @Test("fixed numbers have their highest byte first")
    func order() {
        var writer = ByteWriter()
        writer.write(fixed: UInt32(0x0102_0304))
        #expect(writer.bytes == [1, 2, 3, 4])
    }

    @Test(
        "numbers that end early, are too large or needlessly long are refused",
        arguments: [
            [], [0x80], [0x80, 0x00], [0xFF, 0x80, 0x00],
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02],
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x81, 0x00],
            Array(repeating: 0xFF, count: 1000), Array(repeating: 0x80, count: 1000),
        ] as [[UInt8]]
    )
    func badVarints(bytes: [UInt8]) {
        var reader = ByteReader(bytes[...], otherwise: ScanCursorError.malformed)
        #expect(throws: ScanCursorError.malformed) { try reader.readVarint() }
    }

    @Test("a bound is kept, whatever the number")
    func bounds() throws {
        for number in [16_384, 1 << 62, 1 << 63, UInt64.max] {
            var writer = ByteWriter()
            writer.write(varint: number)
            var reader = ByteReader(writer.bytes[...], otherwise: ScanCursorError.malformed)
            #expect(throws: ScanCursorError.malformed) { try reader.readVarint(below: 16_384) }
        }
        var reader = ByteReader([0x7F, 1, 2, 3], otherwise: ScanCursorError.malformed)
        #expect(try reader.readVarint(below: 128) == 127)
        #expect(throws: ScanCursorError.malformed) { try reader.readFixed(UInt32.self) }
    }
}
