import ClusterScan
package import ClusterScanOperations

/// Writes keys with their values, one JSON object a line: `{"key":…,"type":…,"ttl_ms":…,"value":…}`.
///
/// A name that is not UTF-8 stands under `key_base64`, such a string under `value_base64`. Inside of
/// collections there is no other member to put it in: there a string that is not UTF-8 is written as
/// `"base64:…"`, and so is one that begins with `base64:` itself, so that every value can be read back.
///
/// | type | value |
/// |---|---|
/// | string | `"…"` |
/// | list, set | `["…",…]` |
/// | hash | `{"field":"value",…}` |
/// | zset | `[{"member":"…","score":1.5},…]`; scores that are no JSON numbers as `"inf"`, `"-inf"`, `"nan"` |
/// | stream | `[{"id":"1-1","fields":[["field","value"],…]},…]` |
///
/// Fields of a hash that expire by themselves stand once more under `field_ttl_ms`:
/// `{"field":milliseconds,…}`. They are kept in memory until the value ends; of more than a megabyte of them,
/// `field_ttl_ms_left_out` says how many are not there.
package struct ValueWriter: ~Copyable {
    private struct OpenValue {
        let type: KeyType
        let isInPieces: Bool
        var isEmpty = true
        var lifetimes: [(field: [UInt8], timeToLive: Int64)] = []
        var lifetimeBytes = 0
        var lifetimesLeftOut = 0
    }

    package private(set) var output: BlockWriter
    private let escapesDeceptive: Bool
    private var value: OpenValue?
    /// Values that were begun.
    package private(set) var keys: UInt64 = 0

    private static let mostLifetimeBytes = 1 << 20
    private static let marker = Array("base64:".utf8)

    /// - Parameters:
    ///   - output: Where to write.
    ///   - escapesDeceptive: Whether to escape also characters that a terminal could be misled by.
    package init(_ output: consuming BlockWriter, escapesDeceptive: Bool = false) {
        self.output = output
        self.escapesDeceptive = escapesDeceptive
    }

    /// Writes a part of a value.
    ///
    /// - Throws: ``SystemError``.
    package mutating func write(_ part: ValuePart) throws(SystemError) {
        switch part {
        case .begin(let summary):
            try begin(summary)
        case .string(let bytes):
            try write(topLevel: bytes)
        case .elements(let elements):
            for element in elements {
                try separate()
                try write(nested: element)
            }
        case .fields(let fields):
            for (field, content) in fields {
                try separate()
                try write(nested: field)
                try output.append(":")
                try write(nested: content)
            }
        case .lifetimes(let lifetimes):
            for lifetime in lifetimes { keep(lifetime) }
        case .members(let members):
            for (member, score) in members {
                try separate()
                try output.append(#"{"member":"#)
                try write(nested: member)
                try output.append(#","score":"#)
                try write(plain: Self.number(score))
                try output.append("}")
            }
        case .entries(let entries):
            for entry in entries { try write(entry) }
        case .end(let error):
            try end(error?.description)
        }
    }

    /// Ends a line that was begun, if there is one, so that it can be read and shows that it is not whole.
    package mutating func breakOff(_ reason: String) throws(SystemError) {
        if value != nil { try end(reason) }
    }

    /// Writes a line that is not a value.
    package mutating func write(line: String) throws(SystemError) {
        try write(plain: line)
        try output.append("\n")
    }

    package mutating func flush() throws(SystemError) {
        try output.flush()
    }

    // MARK: Members of the object

    private mutating func begin(_ summary: ValuePart.KeySummary) throws(SystemError) {
        keys += 1
        value = OpenValue(type: summary.type, isInPieces: summary.isInPieces)
        try write(name: #"{"key"#, summary.key)
        try output.append(#","type":"#)
        try write(nested: Array(summary.type.rawValue.utf8))
        try output.append(#","ttl_ms":"#)
        try write(plain: summary.timeToLive.map(String.init) ?? "null")
        switch summary.type {
        case .string where summary.isInPieces: try output.append(#","value_base64":""#)
        case .string: break
        case .hash: try output.append(#","value":{"#)
        default: try output.append(#","value":["#)
        }
    }

    private mutating func end(_ error: String?) throws(SystemError) {
        guard let value else { return }
        self.value = nil
        switch value.type {
        case .string where value.isInPieces: try output.append("\"")
        case .string: break
        case .hash: try output.append("}")
        default: try output.append("]")
        }
        try write(lifetimesOf: value)
        if let error {
            try output.append(#","error":"#)
            try write(nested: Array(error.utf8))
        }
        try output.append("}\n")
    }

    private mutating func keep(_ lifetime: (field: [UInt8], timeToLive: Int64)) {
        guard let bytes = value?.lifetimeBytes, bytes < Self.mostLifetimeBytes else {
            value?.lifetimesLeftOut += 1
            return
        }
        value?.lifetimes.append(lifetime)
        value?.lifetimeBytes += lifetime.field.count + MemoryLayout.size(ofValue: lifetime)
    }

    private mutating func write(lifetimesOf value: OpenValue) throws(SystemError) {
        guard !value.lifetimes.isEmpty else { return }
        try output.append(#","field_ttl_ms":{"#)
        for (index, lifetime) in value.lifetimes.enumerated() {
            if index > 0 { try output.append(",") }
            try write(nested: lifetime.field)
            try output.append(":")
            try write(plain: String(lifetime.timeToLive))
        }
        try output.append("}")
        guard value.lifetimesLeftOut > 0 else { return }
        try output.append(#","field_ttl_ms_left_out":"#)
        try write(plain: String(value.lifetimesLeftOut))
    }

    private mutating func write(_ entry: StreamEntry) throws(SystemError) {
        try separate()
        try output.append(#"{"id":"#)
        try write(nested: Array(entry.id.utf8))
        try output.append(#","fields":["#)
        for index in stride(from: 0, to: entry.fields.count - 1, by: 2) {
            try output.append(index == 0 ? "[" : ",[")
            try write(nested: entry.fields[index])
            try output.append(",")
            try write(nested: entry.fields[index + 1])
            try output.append("]")
        }
        try output.append("]}")
    }

    private mutating func separate() throws(SystemError) {
        if value?.isEmpty == false { try output.append(",") }
        value?.isEmpty = false
    }

    // MARK: Strings and numbers

    private mutating func write(topLevel bytes: [UInt8]) throws(SystemError) {
        if value?.isInPieces == true {
            try bytes.withUnsafeBufferPointer { (bytes) throws(SystemError) in
                try output.writeBase64(UnsafeRawBufferPointer(bytes))
            }
        } else {
            try write(name: #","value"#, bytes)
        }
    }

    /// A member whose name tells how its bytes are written.
    private mutating func write(name: StaticString, _ bytes: [UInt8]) throws(SystemError) {
        try output.append(name)
        let isText = bytes.withUnsafeBytes { UTF8Reader.isValid($0) }
        try output.append(isText ? #"":""# : #"_base64":""#)
        try bytes.withUnsafeBufferPointer { (bytes) throws(SystemError) in
            let bytes = UnsafeRawBufferPointer(bytes)
            if isText {
                try output.writeJSONText(bytes, escapesDeceptive: escapesDeceptive)
            } else {
                try output.writeBase64(bytes)
            }
        }
        try output.append("\"")
    }

    private mutating func write(nested bytes: [UInt8]) throws(SystemError) {
        try output.append("\"")
        try bytes.withUnsafeBufferPointer { (bytes) throws(SystemError) in
            let bytes = UnsafeRawBufferPointer(bytes)
            if !bytes.starts(with: Self.marker), UTF8Reader.isValid(bytes) {
                try output.writeJSONText(bytes, escapesDeceptive: escapesDeceptive)
            } else {
                try output.append("base64:")
                try output.writeBase64(bytes)
            }
        }
        try output.append("\"")
    }

    private mutating func write(plain text: String) throws(SystemError) {
        try output.append(text: text)
    }

    private static func number(_ score: Double) -> String {
        guard score.isFinite else { return score.isNaN ? #""nan""# : score < 0 ? #""-inf""# : #""inf""# }
        return Int64(exactly: score).map(String.init) ?? "\(score)"
    }
}
