/// A Swift source as a sequence of words and signs, without comments and without the text of strings. What is
/// interpolated into a string stays: it is code.
struct SwiftTokens {
    struct Token: Equatable {
        let text: String
        let line: Int

        var isTypeName: Bool { text.first?.isUppercase ?? false }
    }

    private(set) var tokens: [Token] = []

    private let characters: [Character]
    private var position = 0
    private var line = 1

    static func read(_ source: String) -> [Token] {
        var reader = SwiftTokens(characters: Array(source))
        reader.readCode(until: nil)
        return reader.tokens
    }

    private init(characters: [Character]) {
        self.characters = characters
    }

    private func isNext(_ text: String) -> Bool {
        characters[position...].starts(with: text)
    }

    private mutating func skip(_ count: Int = 1) {
        for _ in 0..<count where position < characters.count {
            if characters[position].isNewline { line += 1 }
            position += 1
        }
    }

    /// Reads to the end, or to the parenthesis that closes an interpolation.
    private mutating func readCode(until closing: Character?) {
        var depth = 0
        while position < characters.count {
            let character = characters[position]
            if isNext("//") {
                while position < characters.count, !characters[position].isNewline { skip() }
            } else if isNext("/*") {
                skipBlockComment()
            } else if character == "\"" || character == "#" && isRawString {
                readString()
            } else if character.isLetter || character == "_" {
                let start = position
                while position < characters.count,
                    characters[position].isLetter || characters[position].isNumber
                        || characters[position] == "_"
                {
                    position += 1
                }
                tokens.append(Token(text: String(characters[start..<position]), line: line))
            } else {
                if character == closing, depth == 0 { return }
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
                if !character.isWhitespace { tokens.append(Token(text: String(character), line: line)) }
                skip()
            }
        }
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if isNext("/*") {
                depth += 1
                skip(2)
            } else if isNext("*/") {
                depth -= 1
                skip(2)
            } else {
                skip()
            }
        } while depth > 0 && position < characters.count
    }

    private var isRawString: Bool {
        characters[position...].first { $0 != "#" } == "\""
    }

    private mutating func readString() {
        let hashes = String(characters[position...].prefix { $0 == "#" })
        skip(hashes.count)
        let quotes = isNext("\"\"\"") ? "\"\"\"" : "\""
        skip(quotes.count)
        let escape = "\\" + hashes
        while position < characters.count, !isNext(quotes + hashes) {
            if isNext(escape + "(") {
                skip(escape.count + 1)
                readCode(until: ")")
                skip()
            } else if isNext(escape) {
                skip(escape.count + 1)
            } else {
                skip()
            }
        }
        skip(quotes.count + hashes.count)
    }
}
