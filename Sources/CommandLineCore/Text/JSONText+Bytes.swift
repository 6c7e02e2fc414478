package import ScanCore

extension JSONText {
    /// Bytes as the JSON formats have them everywhere: a member `name` with the text, or a member
    /// `name_base64` where they are not UTF-8.
    package static func member(_ name: String, _ bytes: [UInt8]) -> (name: String, value: JSONText) {
        if bytes.withUnsafeBytes(UTF8Reader.isValid) {
            (name, .string(String(decoding: bytes, as: UTF8.self)))
        } else {
            (name + "_base64", .string(Base64.text(bytes, as: .standard)))
        }
    }

    /// A server's reply. Strings that are not UTF-8 are `{"base64":"…"}`; integers that a reader might round,
    /// beyond 2^53, are strings of digits; errors are `{"error":"…"}`.
    package init(_ reply: RESPValue) {
        switch reply {
        case .simpleString(let bytes), .bulkString(let bytes):
            if bytes.withUnsafeBytes(UTF8Reader.isValid) {
                self = .string(String(decoding: bytes, as: UTF8.self))
            } else {
                self = .object([("base64", .string(Base64.text(bytes, as: .standard)))])
            }
        case .integer(let number):
            self = number.magnitude <= 1 << 53 ? .number(Int(number)) : .string(String(number))
        case .null: self = .null
        case .error(let error): self = .object([("error", .string(error.message))])
        case .array(let elements): self = .array(elements.map(JSONText.init))
        }
    }
}
