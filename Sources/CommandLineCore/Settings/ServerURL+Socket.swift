import ScanCore

extension ServerURL {
    /// Reads what follows `unix://`: `[user[:password]@]/path[?db=database]`.
    init(socket text: Substring) throws(Problem) {
        guard let slash = text.firstIndex(of: "/") else {
            throw Problem(description: "the path of the socket is missing, as in unix:///run/redis.sock")
        }
        let authority = text[..<slash]
        var path = text[slash...]
        var database: Int?
        if let mark = path.firstIndex(of: "?") {
            let parameter = path[path.index(after: mark)...]
            guard parameter.hasPrefix("db="), let number = UInt16(parameter.dropFirst("db=".count)) else {
                throw Problem(description: "after '?' only db=NUMBER is understood")
            }
            database = Int(number)
            path = path[..<mark]
        }
        guard path.count > 1, let decoded = ServerURL.decode(path) else {
            throw Problem(description: "the path of the socket is missing, or has a '%' not written as %25")
        }
        self.init(socketPath: decoded)
        self.database = database
        guard !authority.isEmpty else { return }
        guard authority.last == "@" else {
            throw Problem(description: "the path of a socket begins with '/', as in unix:///run/redis.sock")
        }
        try readUser(authority.dropLast())
    }
}
