/// Results of commands go here, in one piece.
enum StandardOutput {
    static func write(_ text: String) throws {
        try FileDescriptor.standardOutput.writeAll(text)
    }
}
