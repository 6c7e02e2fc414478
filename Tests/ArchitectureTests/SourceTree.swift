import Foundation

/// All sources, and who uses whose types.
struct SourceTree {
    private let files: [SourceFile]
    /// The folders that declare a type, by its whole name and by module.
    private var homes: [String: [String: Set<String>]] = [:]

    /// - Parameter sources: Texts by their paths below the folder of the sources.
    init(_ sources: [String: String]) {
        files = sources.sorted { $0.key < $1.key }.map { SourceFile(path: $0.key, text: $0.value) }
        for file in files {
            for name in file.declared {
                homes[name, default: [:]][file.module, default: []].insert(file.folder)
            }
        }
    }

    /// Reads all Swift files below a folder.
    init(below folder: URL) throws {
        let folder = folder.resolvingSymlinksInPath()
        var sources: [String: String] = [:]
        for case let path as String in FileManager.default.enumerator(atPath: folder.path) ?? .init()
        where path.hasSuffix(".swift") {
            sources[path] = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
        }
        self.init(sources)
    }

    var isEmpty: Bool { files.isEmpty }

    /// What contradicts the table, a line each: `file:line: …`.
    func violations(of table: FolderTable) -> [String] {
        files.flatMap { file in folderViolations(of: file, table) + importViolations(of: file, table) }
    }

    private func importViolations(of file: SourceFile, _ table: FolderTable) -> [String] {
        guard let allowed = table.imports[file.module] else {
            return ["\(file.path):1: the target \(file.module) is not in the table of imports"]
        }
        return file.imports.filter { !allowed.contains($0.text) }.map { token in
            "\(file.path):\(token.line): \(file.module) imports \(token.text), which the table does not allow"
        }
    }

    private func folderViolations(of file: SourceFile, _ table: FolderTable) -> [String] {
        guard let row = table.row(of: file.folder) else {
            return ["\(file.path):1: the folder \(file.folder) is not in the table"]
        }
        let allowed = table.allowed(row).union([row])
        return file.uses.compactMap { use in
            guard let (type, homes) = home(of: use.text, in: file),
                !homes.contains(where: { table.row(of: $0).map(allowed.contains) ?? true })
            else { return nil }
            return "\(file.path):\(use.line): \(file.folder) uses \(type) of "
                + "\(homes.sorted().joined(separator: " or ")), which it must not know"
        }
    }

    /// What a name means in a file, and where that is declared: in the file's own module, if that has it.
    private func home(of name: String, in file: SourceFile) -> (type: String, folders: Set<String>)? {
        var parts = name.split(separator: ".").map(String.init)
        guard let first = parts.first else { return nil }
        let isOwn = file.own.contains(first)
        while parts.count > (isOwn ? 1 : 0) {
            let name = parts.joined(separator: ".")
            if let folders = folders(of: name, for: file) { return (name, folders) }
            parts.removeLast()
        }
        guard !isOwn else { return nil }
        // Within a type, and within its extensions, names of types inside of it stand alone.
        for outer in file.extended.union(file.declared).sorted() {
            let name = outer + "." + first
            if let folders = folders(of: name, for: file) { return (name, folders) }
        }
        return nil
    }

    private func folders(of name: String, for file: SourceFile) -> Set<String>? {
        guard let modules = homes[name] else { return nil }
        return modules[file.module] ?? modules.values.reduce(into: []) { $0.formUnion($1) }
    }
}
