import NIOSSL

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What a server's certificate says about itself: why it is not believed. The TLS library itself only says
/// that it is not.
struct CertificateFacts {
    private let certificate: NIOSSLCertificate

    init(_ certificate: NIOSSLCertificate) {
        self.certificate = certificate
    }

    /// The names and addresses it is made for; those that cannot be typed are left out.
    var names: String {
        // `description` is the only place where the library tells addresses as text.
        let text = certificate.description
        guard let start = text.firstRange(of: ";alternative_names=")?.upperBound else {
            guard let start = text.firstRange(of: ";common_name=")?.upperBound else { return "nobody" }
            return Self.short(text[start...].dropLast())
        }
        return Self.short(text[start...].dropLast().replacing(",", with: ", "))
    }

    /// Whether a host name is among the names it is made for. Source: RFC 9525, 6.3.
    func isMade(for name: String) -> Bool {
        let name = name.lowercased()
        let parent = name.firstIndex(of: ".").map { name[$0...] }
        var hasNames = false
        for alternative in certificate._subjectAlternativeNames() {
            hasNames = true
            guard alternative.nameType == .dnsName else { continue }
            let pattern = String(decoding: alternative.contents, as: UTF8.self).lowercased()
            if pattern == name || (pattern.hasPrefix("*.") && pattern.dropFirst() == parent) { return true }
        }
        // In one without any the TLS library has looked at the common name.
        return !hasNames
    }

    /// Names are from outside, and of any length.
    private static func short(_ text: some StringProtocol) -> String {
        text.count > 200 ? String(text.prefix(200)) + "…" : String(text)
    }

    /// Why a certificate with these dates and this issuer is not trusted.
    var reasonForMistrust: String {
        let now = SystemTime.millisecondsSince1970 / 1000
        if Int64(certificate.notValidAfter) < now {
            return """
                the server's certificate (for \(names)) expired at \
                \(Self.moment(certificate.notValidAfter)): it has to be renewed on the server
                """
        }
        if Int64(certificate.notValidBefore) > now {
            return """
                the server's certificate (for \(names)) is not valid before \
                \(Self.moment(certificate.notValidBefore)): is the clock right, here and there?
                """
        }
        if isSelfSigned {
            return """
                the server's certificate (for \(names)) is signed by nobody but itself: if it is the right \
                one, trust it like an authority
                """
        }
        return """
            the server's certificate (for \(names)) is not signed by an authority that is trusted here: \
            trust the one that signed it
            """
    }

    /// A moment in seconds since 1970, in UTC.
    static func moment(_ seconds: time_t) -> String {
        var (moment, parts) = (seconds, tm())
        guard gmtime_r(&moment, &parts) != nil else { return "\(seconds) seconds after 1970" }
        func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
        let date = "\(Int(parts.tm_year) + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        return "\(date) \(two(parts.tm_hour)):\(two(parts.tm_min)) UTC"
    }

    // MARK: DER

    /// Whether it names itself as its issuer.
    var isSelfSigned: Bool {
        guard let bytes = try? certificate.toDERBytes() else { return false }
        // Certificate and TBSCertificate are sequences; inside are version (optional), serial number,
        // signature, issuer, validity, subject. Source: RFC 5280, 4.1.
        var outer = bytes[...]
        guard var certificate = Self.next(&outer)?.content, var fields = Self.next(&certificate)?.content,
            let first = Self.next(&fields)
        else { return false }
        if first.tag == 0xa0 { _ = Self.next(&fields) }
        _ = Self.next(&fields)
        guard let issuer = Self.next(&fields), Self.next(&fields) != nil, let subject = Self.next(&fields)
        else { return false }
        return issuer.content == subject.content
    }

    /// Takes the first element, as far as it is there.
    private static func next(
        _ bytes: inout ArraySlice<UInt8>
    ) -> (tag: UInt8, content: ArraySlice<UInt8>)? {
        guard let tag = bytes.popFirst(), let first = bytes.popFirst() else { return nil }
        var length = Int(first)
        if first & 0x80 != 0 {
            // A certificate is shorter than 2^32 bytes.
            guard 1...4 ~= first & 0x7f else { return nil }
            length = 0
            for _ in 0..<(first & 0x7f) {
                guard let byte = bytes.popFirst() else { return nil }
                length = length << 8 | Int(byte)
            }
        }
        guard length <= bytes.count else { return nil }
        defer { bytes = bytes.dropFirst(length) }
        return (tag, bytes.prefix(length))
    }
}
