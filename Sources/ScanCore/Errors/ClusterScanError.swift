/// Why an iteration could not be carried on: what happened, where, and what to do.
public struct ClusterScanError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure. More kinds may be added in later versions.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// A stable name, for logs and metrics.
        public let description: String

        /// No server of the cluster could be reached.
        public static let unreachable = Code(description: "unreachable")
        /// The cluster answers, but the addresses that it announces for its nodes cannot be reached from
        /// here.
        public static let announcedAddressesUnreachable = Code(description: "announcedAddressesUnreachable")
        /// The server refused the user name, the password, or the lack of one.
        public static let authenticationFailed = Code(description: "authenticationFailed")
        /// No TLS: the server's certificate is not trusted, or one side does not speak TLS.
        public static let tlsFailed = Code(description: "tlsFailed")
        /// The server refused the client certificate, or the lack of one.
        public static let certificateRefused = Code(description: "certificateRefused")
        /// The settings cannot be used, for example a file with certificates.
        public static let invalidConfiguration = Code(description: "invalidConfiguration")
        /// The user may not run a command that is needed.
        public static let permissionDenied = Code(description: "permissionDenied")
        /// Slots could not be covered in the time allowed.
        public static let slotsNotCovered = Code(description: "slotsNotCovered")
        /// A server takes no writes at all for now: its memory is full (`OOM`), its last save failed
        /// (`MISCONF`), it lacks replicas (`NOREPLICAS`), or it is one (`READONLY`).
        public static let writesRefused = Code(description: "writesRefused")
        /// The cursor is damaged, or belongs to another query.
        public static let invalidCursor = Code(description: "invalidCursor")
        /// The server does not understand the query, for example the name of a type.
        public static let invalidQuery = Code(description: "invalidQuery")
        /// There is no key of that name.
        public static let noSuchKey = Code(description: "noSuchKey")
        /// The server answered in a way that is not understood.
        public static let protocolViolation = Code(description: "protocolViolation")
        /// Two keys want the place of one, and that was to end the work.
        public static let conflict = Code(description: "conflict")
        /// The scanner was shut down.
        public static let shutDown = Code(description: "shutDown")
    }

    /// The kind of failure.
    public var code: Code
    /// What happened and what to do, in one or two sentences.
    public var message: String
    /// The node it happened at, if it was one.
    public var address: NodeAddress?
    /// Where that node was really sought, if an ``AddressMap`` says so.
    public var target: NodeAddress?
    /// The slots that could not be covered.
    public var slots: SlotSet
    /// Where the iteration stood: resume from here once the cause is gone.
    public var cursor: ScanCursor?
    /// The words of the server, if it answered with an error.
    public var serverError: ServerError?
    /// What the caller calls the servers, where it works with several clusters (`label` of the
    /// configuration): `destination`.
    public var label: String?
    /// Whether no connection could be made: no server has answered.
    package var isUnconnected = false

    /// Makes an error, as work that is built on a scanner needs it: callers have one type to handle.
    ///
    /// - Parameters:
    ///   - code: The kind of failure.
    ///   - message: What happened and what to do, in one or two sentences.
    ///   - address: The node it happened at, if it was one.
    ///   - slots: The slots that could not be covered.
    ///   - cursor: Where to resume from.
    public init(
        _ code: Code,
        _ message: String,
        at address: NodeAddress? = nil,
        slots: SlotSet = SlotSet(),
        cursor: ScanCursor? = nil
    ) {
        self.code = code
        self.message = message
        self.address = address
        self.slots = slots
        self.cursor = cursor
    }

    /// Makes an error of what a server said to one command.
    ///
    /// - Parameters:
    ///   - refusal: The server's words.
    ///   - message: What happened, if the words alone do not say it.
    public init(refusal: ServerError, _ message: String? = nil) {
        let concernsUser = ["NOPERM", "NOAUTH"].contains(refusal.code) || refusal.isUnknownCommand
        self.init(
            concernsUser ? .permissionDenied : .protocolViolation,
            message ?? refusal.message,
            at: refusal.address
        )
        serverError = refusal
        label = refusal.label
    }

    package init(_ failure: ScanFailure) {
        self.init(failure.code, failure.message, at: failure.address)
        target = failure.target
        serverError = failure.reply
        isUnconnected = failure.isUnconnected
    }

    /// The same, of servers that the caller calls by a name.
    package func labelled(_ label: String?) -> ClusterScanError {
        var error = self
        error.label = label ?? self.label
        return error
    }

    package init(_ error: ScanCursorError) {
        self.init(.invalidCursor, error.description)
    }

    /// The message, led by the label and the address of the node where there are any.
    public var description: String {
        let place = [label, address?.described(as: target)].compactMap(\.self).joined(separator: " ")
        return place.isEmpty ? message : "\(place): \(message)"
    }
}
