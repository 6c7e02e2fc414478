import Testing
import cluster_scan

@Suite("JSON format")
struct JSONLineTests {
    @Test("a name is a JSON string with what JSON and terminals require escaped")
    func examples() throws {
        #expect(try writtenText([Array("user:{42}:é日👩".utf8)], .json) == "{\"key\":\"user:{42}:é日👩\"}\n")
        #expect(
            try writtenText([Array("a\"b\\c\nd\te\0f\u{7F}\u{9B}".utf8)], .json)
                == #"{"key":"a\"b\\c\nd\te\u0000f\u007f\u009b"}"# + "\n"
        )
        #expect(try writtenText([[]], .json) == "{\"key\":\"\"}\n")
    }

    @Test("characters that can deceive the eye are escaped on terminals, above U+FFFF as two halves")
    func deceptive() throws {
        let name = Array("\u{202E}\u{E0001}".utf8)
        #expect(try writtenText([name], .json) == "{\"key\":\"\u{202E}\u{E0001}\"}\n")
        #expect(
            try writtenText([name], .json, escapesDeceptive: true) == #"{"key":"\u202e\udb40\udc01"}"# + "\n"
        )
    }

    @Test("a name that is not UTF-8 is given in base 64, whose examples are those of RFC 4648")
    func base64() throws {
        #expect(try writtenText([[0xFF, 0xFE]], .json) == "{\"key_base64\":\"//4=\"}\n")
        #expect(try writtenText([[0xFB, 0xFF, 0xBF]], .json) == "{\"key_base64\":\"+/+/\"}\n")
        #expect(try writtenText([[0x80]], .json) == "{\"key_base64\":\"gA==\"}\n")
    }

    @Test(
        "every name can be read back, whatever its bytes and however small the blocks",
        arguments: [8, 16, 64, 1 << 16]
    )
    func roundTrip(capacity: Int) throws {
        let names = awkwardNames + randomNames(count: 2000, seed: 3)
        for escapesDeceptive in [false, true] {
            let text = try written(names, .json, capacity: capacity, escapesDeceptive: escapesDeceptive).bytes
            let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
            #expect(try lines.map { try JSONLineDecoder.name(in: $0) } == names)
        }
    }
}

/// Reads the two forms of a line by the rules of JSON, not by those of the writer.
enum JSONLineDecoder {
    enum Failure: Error { case malformed(String) }

    static func name(in line: some Collection<UInt8>) throws -> [UInt8] {
        guard let text = String(validating: line, as: UTF8.self) else { throw Failure.malformed("not UTF-8") }
        guard text.hasSuffix("\"}") else { throw Failure.malformed(text) }
        if text.hasPrefix("{\"key\":\"") { return try string(text.dropFirst(8).dropLast(2)) }
        if text.hasPrefix("{\"key_base64\":\"") { return try base64(text.dropFirst(15).dropLast(2)) }
        throw Failure.malformed(text)
    }

    private static func string(_ text: Substring) throws -> [UInt8] {
        var units: [UInt16] = []
        var rest = Array(text.utf16)[...]
        while let unit = rest.popFirst() {
            guard unit >= 0x20, unit != 0x22 else { throw Failure.malformed(String(text)) }
            guard unit == 0x5C else {
                units.append(unit)
                continue
            }
            switch rest.popFirst().map({ Character(Unicode.Scalar(UInt8(truncatingIfNeeded: $0))) }) {
            case "\"": units.append(0x22)
            case "\\": units.append(0x5C)
            case "n": units.append(0x0A)
            case "r": units.append(0x0D)
            case "t": units.append(0x09)
            case "u":
                guard let code = UInt16(String(decoding: rest.prefix(4), as: UTF16.self), radix: 16) else {
                    throw Failure.malformed(String(text))
                }
                rest.removeFirst(4)
                units.append(code)
            default: throw Failure.malformed(String(text))
            }
        }
        guard let string = String(validating: units, as: UTF16.self) else {
            throw Failure.malformed(String(text))
        }
        return Array(string.utf8)
    }

    private static func base64(_ text: Substring) throws -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        guard text.count.isMultiple(of: 4) else { throw Failure.malformed(String(text)) }
        var bits = ""
        for digit in text where digit != "=" {
            guard let value = alphabet.firstIndex(of: digit) else { throw Failure.malformed(String(text)) }
            let binary = String(value, radix: 2)
            bits += String(repeating: "0", count: 6 - binary.count) + binary
        }
        let whole = Array(bits)
        return stride(from: 0, to: whole.count / 8 * 8, by: 8).compactMap {
            UInt8(String(whole[$0..<$0 + 8]), radix: 2)
        }
    }
}
