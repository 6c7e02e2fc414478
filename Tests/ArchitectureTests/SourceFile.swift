/// What one source file declares, extends, uses and imports.
struct SourceFile {
    /// Relative to the folder of the sources: `ScanCore/Bytes/CRC32.swift`.
    let path: String
    /// Types by their whole names, such as `ClusterTopology.Shard`; without those that no other file sees.
    private(set) var declared: Set<String> = []
    /// Names that mean something of this file's own: its types, hidden ones included, and type parameters.
    private(set) var own: Set<String> = []
    /// The types it extends.
    private(set) var extended: Set<String> = []
    /// Whole names of types where they are used, as far as they are written out.
    private(set) var uses: [SwiftTokens.Token] = []
    private(set) var imports: [SwiftTokens.Token] = []

    var folder: String { path.split(separator: "/").dropLast().joined(separator: "/") }
    var module: String { String(path.prefix { $0 != "/" }) }

    private static let scopes: Set<String> = ["struct", "class", "enum", "actor", "protocol"]
    private static let keywords = scopes.union(["typealias", "associatedtype"])
    private static let hiding: Set<String> = ["private", "fileprivate"]
    private static let modifiers: Set<String> = [
        "public", "package", "internal", "private", "fileprivate", "final", "indirect", "nonisolated",
    ]
    private static let importKinds: Set<String> = [
        "struct", "class", "enum", "protocol", "typealias", "func",
    ]

    init(path: String, text: String) {
        self.path = path
        read(SwiftTokens.read(text))
    }

    private mutating func read(_ tokens: [SwiftTokens.Token]) {
        /// The name of the type that each open brace belongs to; `nil` for other braces.
        var braces: [String?] = []
        var opening: String?
        var index = 0
        while index < tokens.count {
            let token = tokens[index]
            let before = index > 0 ? tokens[index - 1].text : ""
            switch token.text {
            case "{":
                braces.append(opening)
                opening = nil
            case "}":
                _ = braces.popLast()
            case "import" where index + 1 < tokens.count:
                index += Self.importKinds.contains(tokens[index + 1].text) ? 2 : 1
                imports.append(tokens[index])
            case "extension":
                index += 1
                opening = Self.name(at: &index, in: tokens)
                extended.insert(opening ?? "")
                uses.append(SwiftTokens.Token(text: opening ?? "", line: token.line))
                continue
            case _ where Self.keywords.contains(token.text) && before != ".":
                guard index + 1 < tokens.count, tokens[index + 1].isTypeName else { break }
                index += 1
                let name = tokens[index].text
                let parents = braces.compactMap { $0 }
                own.insert(name)
                if !Self.isHidden(index - 1, in: tokens) {
                    declared.insert((parents + [name]).joined(separator: "."))
                }
                if Self.scopes.contains(token.text) { opening = name }
                noteParameters(after: index, in: tokens)
            case "func", "init":
                noteParameters(after: token.text == "func" ? index + 1 : index, in: tokens)
            case _ where token.isTypeName && before != ".":
                uses.append(SwiftTokens.Token(text: Self.name(at: &index, in: tokens), line: token.line))
                continue
            default: break
            }
            index += 1
        }
    }

    /// The whole name that begins at an index, and the index behind it.
    private static func name(at index: inout Int, in tokens: [SwiftTokens.Token]) -> String {
        guard index < tokens.count else { return "" }
        var name = tokens[index].text
        index += 1
        while index + 1 < tokens.count, tokens[index].text == ".", tokens[index + 1].isTypeName {
            name += "." + tokens[index + 1].text
            index += 2
        }
        return name
    }

    private static func isHidden(_ keyword: Int, in tokens: [SwiftTokens.Token]) -> Bool {
        tokens[..<keyword].reversed()
            .prefix { modifiers.contains($0.text) }
            .contains { hiding.contains($0.text) }
    }

    /// Takes type parameters in, such as `Failure` in `<Failure: Error>`.
    private mutating func noteParameters(after name: Int, in tokens: [SwiftTokens.Token]) {
        var index = name + 1
        guard index < tokens.count, tokens[index].text == "<" else { return }
        var depth = 0
        repeat {
            switch tokens[index].text {
            case "<": depth += 1
            case ">": depth -= 1
            case _ where tokens[index].isTypeName && ["<", ","].contains(tokens[index - 1].text):
                own.insert(tokens[index].text)
            default: break
            }
            index += 1
        } while depth > 0 && index < tokens.count
    }
}
