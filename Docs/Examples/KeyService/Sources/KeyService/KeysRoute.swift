import ClusterScan
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// `GET /keys`: one page. Nothing is kept between two pages; all there is to know is in the cursor.
struct KeysRoute {
    let scanner: ClusterScanner
    let settings: Settings

    func page(_ request: Request, _ context: KeyServiceContext) async throws -> Response {
        let parameters = try Parameters(request, known: KeyQuery.parameters.union(["limit"]))
        let query = try KeyQuery(parameters, settings)
        guard let limit = Int(parameters.text("limit") ?? "100"), (1...settings.maximumLimit).contains(limit)
        else {
            let most = settings.maximumLimit
            throw Problem(.badRequest, "invalidLimit", "limit is a number from 1 to \(most)")
        }
        let page = try await page(of: query, limit: limit, for: context)

        var body = ByteBuffer(string: #"{"keys":["#)
        var isFirst = true
        for batch in page.batches {
            batch.forEachKey { name in
                if !isFirst { body.writeString(",") }
                isFirst = false
                body.writeJSONKey(name)
            }
        }
        let cursor = page.cursor.isFinished ? nil : page.cursor.description
        body.writeString(#"],"cursor":"# + (cursor.map { "\"\($0)\"" } ?? "null") + "}\n")
        var response = Response(
            status: .ok,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: body)
        )
        if let cursor, let link = HTTPField.Name("Link") {
            response.headers[link] = "<\(Self.link(request.uri, cursor: cursor))>; rel=\"next\""
        }
        return response
    }

    /// Collects pages of the library, of which many may be empty, until there are enough keys or it is time
    /// to answer.
    ///
    /// A cursor stands for the end of what a server answered, never for a place within it. So the last answer
    /// is not cut, and a page may have more keys than the limit.
    private func page(
        of query: KeyQuery,
        limit: Int,
        for context: KeyServiceContext
    ) async throws -> (batches: [KeyBatch], cursor: ScanCursor) {
        let scanner = scanner
        let clock = ContinuousClock()
        let start = clock.now
        let options = ScanOptions(patience: settings.pagePatience)
        var batches: [KeyBatch] = []
        var cursor = query.cursor
        var missing = limit
        var count = limit
        repeat {
            do {
                let page = try await context.channel.whileClientWaits(
                    atMost: settings.requestTime - start.duration(to: clock.now)
                ) { [cursor, count] in
                    try await scanner.scan(
                        cursor,
                        match: query.pattern,
                        type: query.type,
                        count: count,
                        options: options
                    )
                }
                batches.append(page.keys)
                cursor = page.cursor
                missing -= page.keys.count
                // Where few keys match, the servers have to look at more of them at a time.
                count = page.keys.isEmpty ? min(count * 2, 1000) : max(missing, 1)
            } catch  where cursor != query.cursor && !(error is CancellationError) {
                // Part of a page is there. If the trouble lasts, the next request will tell.
                break
            } catch let error as ClusterScanError {
                throw Problem(error)
            } catch is DeadlineExceeded {
                throw Problem.deadline(cursor)
            }
        } while missing > 0 && !cursor.isFinished && start.duration(to: clock.now) < settings.pageTime
        return (batches, cursor)
    }

    /// The same request with another cursor.
    private static func link(_ uri: URI, cursor: String) -> String {
        let others = (uri.query ?? "").split(separator: "&").filter { !$0.hasPrefix("cursor=") }
        let query = (others + ["cursor=\(cursor)"]).joined(separator: "&")
        // These two would end the reference, or the header's value; parsers of requests let them pass.
        let safe = query.replacing(">", with: "%3E").replacing("\"", with: "%22")
        return "\(uri.path)?\(safe)"
    }
}
