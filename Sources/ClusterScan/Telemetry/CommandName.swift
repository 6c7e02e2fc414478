package import NIOCore

/// The name of a command in capitals, as labels and spans tell it: `SCAN`, `CLUSTER GETKEYSINSLOT`.
///
/// Only a name. Of a command that is no name, or a long one, nothing is said (`OTHER`), and second words are
/// taken from a list: an argument may be the name of a key.
package struct CommandName: Hashable, Sendable {
    /// Up to 24 characters, filled with zeros, so that comparing and hashing takes no memory.
    private var characters: SIMD32<UInt8> = .zero
    private static let longest = 24

    static let other = CommandName(known: "OTHER")
    static let asking = CommandName(known: "ASKING")

    private init(known text: StaticString) {
        for index in 0..<text.utf8CodeUnitCount { characters[index] = text.utf8Start[index] }
    }

    /// Reads the name from a command as it goes over the wire.
    package init(wire: ByteBuffer) {
        self = wire.withUnsafeReadableBytes { bytes in
            var reader = WireReader(bytes: bytes)
            guard reader.skipHeader(), let word = reader.nextWord(), let name = CommandName(word: word) else {
                return .other
            }
            guard let second = reader.nextWord(), let whole = name.followed(by: second) else { return name }
            return whole
        }
    }

    /// The names of commands that go out in one write, as far as equal ones follow each other.
    static func names(in commands: ByteBuffer) -> [(name: CommandName, count: Int)] {
        commands.withUnsafeReadableBytes { bytes in
            var reader = WireReader(bytes: bytes)
            var names: [(name: CommandName, count: Int)] = []
            while let command = reader.nextCommand() {
                let name = CommandName(wire: ByteBuffer(bytes: command))
                if names.last?.name == name {
                    names[names.count - 1].count += 1
                } else {
                    names.append((name, 1))
                }
            }
            return names
        }
    }

    private init?(word: Slice<UnsafeRawBufferPointer>) {
        guard !word.isEmpty, word.count <= Self.longest else { return nil }
        for (index, character) in word.enumerated() {
            guard let capital = Self.capital(character) else { return nil }
            characters[index] = capital
        }
    }

    private func followed(by word: Slice<UnsafeRawBufferPointer>) -> CommandName? {
        guard Self.containers.contains(self) else { return nil }
        var whole = self
        var length = 0
        while length < Self.longest, characters[length] != 0 { length += 1 }
        guard length + 1 + word.count <= Self.longest else { return nil }
        whole.characters[length] = UInt8(ascii: " ")
        for (index, character) in word.enumerated() {
            guard let capital = Self.capital(character) else { return nil }
            whole.characters[length + 1 + index] = capital
        }
        return Self.subcommands.contains(whole) ? whole : nil
    }

    private static let containers: Set<CommandName> = ["CLUSTER", "MEMORY", "OBJECT", "XINFO", "CLIENT"]
    private static let subcommands: Set<CommandName> = [
        "CLUSTER SLOTS", "CLUSTER NODES", "CLUSTER GETKEYSINSLOT", "CLUSTER COUNTKEYSINSLOT",
        "MEMORY USAGE", "OBJECT ENCODING", "OBJECT FREQ", "OBJECT IDLETIME", "OBJECT REFCOUNT",
        "XINFO STREAM", "XINFO GROUPS", "XINFO CONSUMERS", "CLIENT SETNAME",
        "CLIENT NO-TOUCH",
    ]

    private static func capital(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - 32
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "-"):
            character
        default: nil
        }
    }
}

extension CommandName: CustomStringConvertible, ExpressibleByStringLiteral {
    package init(stringLiteral text: StaticString) {
        self.init(known: text)
    }

    package var description: String {
        String(decoding: (0..<Self.longest).map { characters[$0] }.prefix { $0 != 0 }, as: UTF8.self)
    }
}

/// Reads the words of an array of bulk strings. What it reads was written by this client.
private struct WireReader {
    let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func skipHeader() -> Bool {
        number(after: UInt8(ascii: "*")) != nil
    }

    /// The bytes of the next command.
    mutating func nextCommand() -> Slice<UnsafeRawBufferPointer>? {
        let start = position
        guard let words = number(after: UInt8(ascii: "*")) else { return nil }
        for _ in 0..<words {
            guard nextWord() != nil else { return nil }
        }
        return bytes[start..<position]
    }

    mutating func nextWord() -> Slice<UnsafeRawBufferPointer>? {
        guard let length = number(after: UInt8(ascii: "$")), length <= bytes.count - position else {
            return nil
        }
        defer { position += length + 2 }
        return bytes[position..<position + length]
    }

    private mutating func number(after mark: UInt8) -> Int? {
        guard position < bytes.count, bytes[position] == mark else { return nil }
        let digits = bytes[(position + 1)...].prefix { $0 != UInt8(ascii: "\r") }
        position = digits.endIndex + 2
        return Int(decimalDigits: digits)
    }
}
