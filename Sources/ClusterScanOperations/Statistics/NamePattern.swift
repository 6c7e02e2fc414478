/// Takes the names of keys apart and replaces what looks like an id: `user:42:profile` is `user:*:profile`.
///
/// Each segment is a word with the separators behind it, as text of a glob that matches it. The separators
/// are `: / | # { }`, and `. - _` inside of words that are no ids as a whole. A word or a part of one that is
/// a number, a UUID, a hash, a random mixture of letters and digits, an e-mail address, longer than 48 bytes,
/// or not printable UTF-8, is `*`; of others the digits are, except in `v1`.
///
/// Words that vary although each looks like any other, as names of users do, are found by ``PatternTree``.
package enum NamePattern {
    private static let maximumSegments = 12
    private static let maximumWord = 48

    /// The segments of a name. Together they are a glob that matches it.
    ///
    /// - Complexity: O(*n*) in the length of the name.
    package static func segments(of name: UnsafeRawBufferPointer) -> [String] {
        var segments: [String] = []
        var position = 0
        while position < name.count {
            guard segments.count < maximumSegments else {
                segments.append("*")
                break
            }
            let end = name[position...].firstIndex(where: isStrongSeparator) ?? name.count
            let separatorsEnd = endOfSeparators(in: name, from: end)
            let separators = text(name[end..<separatorsEnd])
            let word = UnsafeRawBufferPointer(rebasing: name[position..<end])
            if isIdentifier(word) || !isPrintable(word) {
                append("*" + separators, to: &segments)
            } else {
                appendParts(of: word, followedBy: separators, to: &segments)
            }
            position = separatorsEnd
        }
        return segments
    }

    /// The glob for whatever stands in the place of a segment.
    static func widened(_ segment: String) -> String {
        let bytes = Array(segment.utf8)
        let start = (bytes.lastIndex { !isStrongSeparator($0) && !isWeakSeparator($0) } ?? -1) + 1
        return "*" + String(decoding: bytes[start...], as: UTF8.self)
    }

    /// Whether a segment stands for any word at all.
    static func isWildcard(_ segment: String) -> Bool {
        segment.utf8.first == UInt8(ascii: "*")
            && segment.utf8.dropFirst().allSatisfy { isStrongSeparator($0) || isWeakSeparator($0) }
    }

    // MARK: Parts of words

    private static func appendParts(
        of word: UnsafeRawBufferPointer,
        followedBy separators: String,
        to segments: inout [String]
    ) {
        var position = 0
        repeat {
            let end: Int
            let glob: String
            if let uuid = uuidEnd(in: word, from: position) {
                (end, glob) = (uuid, "*")
            } else {
                end = word[position...].firstIndex(where: isWeakSeparator) ?? word.count
                glob = part(UnsafeRawBufferPointer(rebasing: word[position..<end]))
            }
            var next = end
            while next < word.count, next < end + 3, isWeakSeparator(word[next]) { next += 1 }
            append(glob + text(word[end..<next]) + (next == word.count ? separators : ""), to: &segments)
            position = next
        } while position < word.count
    }

    /// Ids that are written with `-`, `_` or `.`, such as dates and addresses, become one `*`.
    private static func append(_ segment: String, to segments: inout [String]) {
        if segment.utf8.first == UInt8(ascii: "*"), let last = segments.last, last.utf8.count > 1,
            last.utf8.first == UInt8(ascii: "*"), last.utf8.dropFirst().allSatisfy(isWeakSeparator)
        {
            segments[segments.count - 1] = segment
        } else {
            segments.append(segment)
        }
    }

    private static func part(_ bytes: UnsafeRawBufferPointer) -> String {
        let shape = Shape(bytes)
        if shape.digits == 0 { return escaped(bytes) }
        if shape.digits == bytes.count || shape.changes >= 2 || bytes.count > 24 { return "*" }
        if bytes.count >= 4, shape.isHexadecimal { return "*" }
        if bytes.count <= 3, bytes[0] | 0x20 == UInt8(ascii: "v"), shape.digits == bytes.count - 1 {
            return escaped(bytes)
        }
        return shape.withoutDigits
    }

    // MARK: Words

    /// Whether a whole word is an id: everything that is one only if `-`, `_` and `.` are part of it.
    private static func isIdentifier(_ word: UnsafeRawBufferPointer) -> Bool {
        if word.count > maximumWord || word.contains(UInt8(ascii: "@")) { return true }
        if word.count == 36, uuidEnd(in: word, from: 0) != nil { return true }
        guard word.count >= 8 else { return false }
        let shape = Shape(word)
        if shape.digits > 0, shape.isHexadecimal { return true }
        return word.count >= 16 && shape.changes >= 4
    }

    private static func isPrintable(_ word: UnsafeRawBufferPointer) -> Bool {
        if word.allSatisfy({ (0x20..<0x7F).contains($0) }) { return true }
        guard let text = String(validating: word, as: UTF8.self) else { return false }
        return text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
            default: true
            }
        }
    }

    /// Eight, four, four, four and twelve hexadecimal digits (RFC 9562 §4).
    private static func uuidEnd(in word: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard start + 36 <= word.count, word[start + 8] == UInt8(ascii: "-") else { return nil }
        for offset in 0..<36 {
            let byte = word[start + offset]
            switch offset {
            case 8, 13, 18, 23: guard byte == UInt8(ascii: "-") else { return nil }
            default: guard isHexadecimal(byte) else { return nil }
            }
        }
        guard start + 36 == word.count || isWeakSeparator(word[start + 36]) else { return nil }
        return start + 36
    }

    // MARK: Bytes

    private static func endOfSeparators(in name: UnsafeRawBufferPointer, from start: Int) -> Int {
        var end = start
        while end < name.count, end < start + 3, isStrongSeparator(name[end]) { end += 1 }
        return end
    }

    private static func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        bytes.isEmpty ? "" : String(decoding: bytes, as: UTF8.self)
    }

    /// The glob that matches these bytes only.
    private static func escaped(_ bytes: UnsafeRawBufferPointer) -> String {
        guard bytes.contains(where: isSpecial) else { return String(decoding: bytes, as: UTF8.self) }
        return String(
            decoding: bytes.flatMap { isSpecial($0) ? [UInt8(ascii: "\\"), $0] : [$0] },
            as: UTF8.self
        )
    }

    fileprivate static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "\\"): true
        default: false
        }
    }

    private static func isStrongSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "|"), UInt8(ascii: "#"),
            UInt8(ascii: "{"), UInt8(ascii: "}"):
            true
        default: false
        }
    }

    private static func isWeakSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    }

    fileprivate static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    fileprivate static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    fileprivate static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
}

/// What tells ids from words.
private struct Shape {
    private let bytes: UnsafeRawBufferPointer
    var digits = 0
    /// How often a digit stands beside a letter.
    var changes = 0
    var isHexadecimal = true

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        var wasDigit = false
        var wasLetter = false
        for byte in bytes {
            let isDigit = NamePattern.isDigit(byte)
            let isLetter = NamePattern.isLetter(byte)
            if isDigit { digits += 1 }
            if (isDigit && wasLetter) || (isLetter && wasDigit) { changes += 1 }
            if isHexadecimal, !NamePattern.isHexadecimal(byte) { isHexadecimal = false }
            (wasDigit, wasLetter) = (isDigit, isLetter)
        }
    }

    /// Each run of digits as `*`.
    var withoutDigits: String {
        var result: [UInt8] = []
        var wasDigit = false
        for byte in bytes {
            let isDigit = NamePattern.isDigit(byte)
            if isDigit {
                if !wasDigit { result.append(UInt8(ascii: "*")) }
            } else {
                if NamePattern.isSpecial(byte) { result.append(UInt8(ascii: "\\")) }
                result.append(byte)
            }
            wasDigit = isDigit
        }
        return String(decoding: result, as: UTF8.self)
    }
}
