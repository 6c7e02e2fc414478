import CommandLineCore
import ScanCore

/// What users and files say is understood or refused, and refused without telling a password.
enum SettingsTarget {
    static func run(_ input: inout FuzzInput) throws(Finding) {
        switch input.byte() % 5 {
        case 0: try file(input.text())
        case 1: try checkpoint(&input)
        case 2: try url(input.text())
        case 3: options(input.text())
        default: try slots(input.text())
        }
    }

    private static func file(_ text: String) throws(Finding) {
        guard let file = try? ConfigurationFile(text, path: "config") else { return }
        for name in [nil] + file.profiles.map(Optional.some) {
            // Lines were checked one by one when they were read.
            guard (try? file.profile(name)) != nil else {
                throw Finding(description: "profile \(name ?? "")")
            }
        }
    }

    private static func checkpoint(_ input: inout FuzzInput) throws(Finding) {
        let isForged = input.byte() % 2 == 0
        var text = input.text()
        if isForged {
            text = "cluster-scan checkpoint 1\n" + text + "\n"
            let digits = String(CRC32.checksum(of: text.utf8), radix: 16)
            text += "checksum " + String(repeating: "0", count: 8 - digits.utf8.count) + digits + "\n"
        }
        guard let checkpoint = try? Checkpoint(text) else { return }
        let again = try? Checkpoint(checkpoint.text)
        try promise(again == checkpoint, "another checkpoint when written again")
    }

    private static func url(_ text: String) throws(Finding) {
        do {
            let url = try ServerURL(text)
            let isPort = (1...65535).contains(url.address.port)
            try promise(isPort || url.address.socketPath != nil, "port \(url.address.port)")
            try promise(!url.address.host.isEmpty, "no host")
        } catch let finding as Finding {
            throw finding
        } catch {
            // Of text before the last `@` nothing is repeated, in a word at a time.
            guard let at = text.lastIndex(of: "@"), !text.contains(" ") else { return }
            let secret = text[..<at].split(separator: ":").last.map(String.init) ?? ""
            guard secret.count > 20, !text[at...].contains(secret) else { return }
            try promise(!"\(error)".contains(secret), "the message tells the password")
        }
    }

    private static func options(_ text: String) {
        _ = Quantity(argument: text)
        _ = TimeSpan(argument: text)
        _ = try? AddressMapRule.list(text)
    }

    private static func slots(_ text: String) throws(Finding) {
        guard let slots = SlotSet(text) else { return }
        try promise(SlotSet(slots.description) == slots, "other slots when written again")
    }
}
