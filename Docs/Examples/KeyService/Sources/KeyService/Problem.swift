import ClusterScan
import Hummingbird

/// Why a request was not answered, as RFC 9457 has it; where it can be, with the cursor to go on from.
struct Problem: HTTPResponseError {
    let status: HTTPResponse.Status
    /// A stable name, for programs.
    let code: String
    let detail: String
    var cursor: ScanCursor?
    var slots = SlotSet()

    init(_ status: HTTPResponse.Status, _ code: String, _ detail: String, cursor: ScanCursor? = nil) {
        self.status = status
        self.code = code
        self.detail = detail
        self.cursor = cursor
    }

    init(_ error: ClusterScanError) {
        let status: HTTPResponse.Status =
            switch error.code {
            case .invalidCursor, .invalidQuery: .badRequest
            // Passes, so it is worth trying again.
            case .unreachable, .slotsNotCovered, .shutDown: .serviceUnavailable
            // The cluster refuses this service, or is not understood: nothing a client could do.
            default: .badGateway
            }
        self.init(status, error.code.description, error.description, cursor: error.cursor)
        slots = error.slots
    }

    static func deadline(_ cursor: ScanCursor?) -> Problem {
        Problem(.gatewayTimeout, "deadlineExceeded", "the cluster did not answer in time", cursor: cursor)
    }

    private struct Body: ResponseEncodable {
        var type = "about:blank"
        let title: String
        let status: Int
        let code: String
        let detail: String
        let cursor: String?
        let slots: String?
    }

    func response(from request: Request, context: some RequestContext) throws -> Response {
        let body = Body(
            title: status.reasonPhrase,
            status: status.code,
            code: code,
            detail: detail,
            cursor: cursor?.description,
            slots: slots.isEmpty ? nil : slots.description
        )
        var response = try context.responseEncoder.encode(body, from: request, context: context)
        response.status = status
        response.headers[.contentType] = "application/problem+json"
        if status == .serviceUnavailable { response.headers[.retryAfter] = "2" }
        return response
    }
}
