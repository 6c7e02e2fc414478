import DequeModule
import NIOCore

/// The requests that were sent and not answered, oldest first: a server answers in the order it was asked.
struct PendingRequests {
    typealias Completion = (Result<FlatReply, ConnectionError>) -> Void
    typealias BurstCompletion = (Result<[FlatReply], ConnectionError>) -> Void

    private enum Receiver {
        case single(Completion)
        /// Replies that come in one piece.
        case joined(replyCount: Int, Completion)
        case burst(replyCount: Int, BurstCompletion)
        case pipeline(replyCount: Int, (FlatReply) -> Void, lost: (ConnectionError) -> Void)
    }

    /// What to do with a reply.
    enum Delivery {
        /// Hand it over.
        case single(Completion, FlatReply)
        /// Hand it over together with the earlier replies to the burst.
        case burst(BurstCompletion, [FlatReply])
        /// Hand it over; more may follow.
        case one((FlatReply) -> Void, FlatReply)
        /// Nothing yet: more replies to the burst are to come.
        case await
        /// Close the connection: nobody asked for it.
        case unsolicited
    }

    private struct Request {
        let receiver: Receiver
        let limit: ReplyLimit
        /// Whether the caller wants the reply now; `nil` if it always does.
        var hold: ReadHold?
        let deadline: NIODeadline
    }

    private var requests: Deque<Request> = []
    /// The replies to the oldest request, if that is a burst.
    private var collected: [FlatReply] = []
    /// How many replies to the oldest request have been handed over, if that is a pipeline.
    private var delivered = 0
    /// Until when a pipeline may stand still.
    private var standstill = NIODeadline.distantPast

    /// When the oldest request must be answered. No other deadline is earlier, as all get the same time, and
    /// pipelines as much again with every sign of life.
    var nextDeadline: NIODeadline? {
        guard let oldest = requests.first else { return nil }
        return max(oldest.deadline, isPipelined ? max(standstill, earliest) : earliest)
    }

    /// No request is late before this: until then we did not read.
    private var earliest = NIODeadline.distantPast

    mutating func postpone(to deadline: NIODeadline) {
        earliest = deadline
    }

    /// Whether the oldest request is a pipeline.
    var isPipelined: Bool {
        guard case .pipeline = requests.first?.receiver else { return false }
        return true
    }

    /// Something moved, in either direction.
    mutating func extend(to deadline: NIODeadline) {
        standstill = deadline
    }

    /// How many replies the parser is to join: they go to who made the oldest request.
    var joinedReplyCount: Int {
        guard case .joined(let replyCount, _) = requests.first?.receiver else { return 1 }
        return replyCount
    }

    /// What the next reply may take: nobody has asked for one that comes unasked.
    var limit: ReplyLimit { requests.first?.limit ?? .greeting }

    /// Whether some caller wants its reply now.
    var isWanted: Bool { requests.isEmpty || requests.contains { $0.hold?.isFull != true } }

    mutating func append(
        joining replyCount: Int,
        hold: ReadHold?,
        _ completion: @escaping Completion,
        deadline: NIODeadline
    ) {
        let receiver = Receiver.joined(replyCount: replyCount, completion)
        requests.append(Request(receiver: receiver, limit: .data, hold: hold, deadline: deadline))
    }

    mutating func append(
        _ limit: ReplyLimit,
        hold: ReadHold?,
        _ completion: @escaping Completion,
        deadline: NIODeadline
    ) {
        requests.append(Request(receiver: .single(completion), limit: limit, hold: hold, deadline: deadline))
    }

    mutating func append(
        replyCount: Int,
        _ limit: ReplyLimit,
        _ completion: @escaping BurstCompletion,
        deadline: NIODeadline
    ) {
        let receiver = Receiver.burst(replyCount: replyCount, completion)
        requests.append(Request(receiver: receiver, limit: limit, deadline: deadline))
    }

    mutating func append(
        replyCount: Int,
        _ receive: @escaping (FlatReply) -> Void,
        lost: @escaping (ConnectionError) -> Void,
        deadline: NIODeadline
    ) {
        let receiver = Receiver.pipeline(replyCount: replyCount, receive, lost: lost)
        requests.append(Request(receiver: receiver, limit: .data, deadline: deadline))
    }

    mutating func receive(_ reply: FlatReply) -> Delivery {
        guard let oldest = requests.first else { return .unsolicited }
        switch oldest.receiver {
        case .single(let completion), .joined(_, let completion):
            requests.removeFirst()
            return .single(completion, reply)
        case .burst(let replyCount, let completion):
            collected.append(reply)
            guard collected.count == replyCount else { return .await }
            requests.removeFirst()
            let replies = collected
            collected = []
            return .burst(completion, replies)
        case .pipeline(let replyCount, let receive, _):
            delivered += 1
            if delivered == replyCount {
                requests.removeFirst()
                delivered = 0
            }
            return .one(receive, reply)
        }
    }

    /// Forgets all requests.
    ///
    /// - Returns: What to call for each of them, oldest first.
    mutating func removeAll() -> [(ConnectionError) -> Void] {
        defer {
            requests = []
            collected = []
            delivered = 0
        }
        return requests.map { request in
            switch request.receiver {
            case .single(let completion), .joined(_, let completion): { completion(.failure($0)) }
            case .burst(_, let completion): { completion(.failure($0)) }
            case .pipeline(_, _, let lost): lost
            }
        }
    }
}
