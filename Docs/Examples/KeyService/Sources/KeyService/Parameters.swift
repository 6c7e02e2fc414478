import ClusterScan
import Hummingbird

/// The parameters of a request's query.
///
/// Values are bytes: a pattern may hold any, as the names of keys may. A parameter that does not exist is
/// refused, since with `macth=user:*` every key would be listed.
struct Parameters {
    private var values: [String: [UInt8]] = [:]

    init(_ request: Request, known: Set<String>) throws(Problem) {
        for pair in (request.uri.query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard known.contains(name) else {
                let names = known.sorted().joined(separator: ", ")
                throw Problem(
                    .badRequest,
                    "unknownParameter",
                    "there is no such parameter; known are \(names)"
                )
            }
            guard values[name] == nil, let value = Self.decode(parts.count == 2 ? parts[1] : "") else {
                throw Problem(
                    .badRequest,
                    "invalidParameter",
                    "\(name) is given twice, or not percent-encoded"
                )
            }
            values[name] = value
        }
    }

    subscript(name: String) -> [UInt8]? { values[name] }

    func text(_ name: String) -> String? {
        values[name].map { String(decoding: $0, as: UTF8.self) }
    }

    private static func decode(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"):
                bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard rest.first != UInt8(ascii: "+"),
                    let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16),
                    rest.count >= 2
                else { return nil }
                bytes.append(code)
                rest = rest.dropFirst(2)
            default:
                bytes.append(byte)
            }
        }
        return bytes
    }
}

/// Which keys a request asks for, and from where on.
struct KeyQuery {
    static let parameters: Set<String> = ["match", "type", "cursor"]

    let cursor: ScanCursor
    let pattern: GlobPattern?
    let type: KeyType?

    init(_ parameters: Parameters, _ settings: Settings) throws(Problem) {
        do throws(ScanCursorError) {
            cursor = try ScanCursor(parameters.text("cursor") ?? "0")
        } catch {
            throw Problem(.badRequest, "invalidCursor", error.description)
        }
        pattern = parameters["match"].map { GlobPattern(bytes: $0) }
        guard (pattern?.bytes.count ?? 0) <= settings.maximumPatternBytes else {
            let most = settings.maximumPatternBytes
            throw Problem(.badRequest, "invalidPattern", "match is longer than \(most) bytes")
        }
        type = parameters.text("type").map { KeyType(rawValue: $0) }
        // Modules bring types of their own, with names such as ReJSON-RL.
        guard type?.rawValue.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) ?? true,
            (1...64).contains(type?.rawValue.utf8.count ?? 1)
        else {
            throw Problem(.badRequest, "invalidType", "type is not the name of a type")
        }
    }
}
