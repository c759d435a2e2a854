import NIOCore
import NIOHTTP1

/// Heartbeats of one connection until a moment.
struct BeatScript: Line.Script {
    private var cursor: BeatCursor
    private let path: String
    private let from: NIODeadline
    private let until: NIODeadline
    private let tally: BeatTally
    private var count = 0
    private var due = NIODeadline.distantPast
    private var mortals: [Int] = []

    init(_ cursor: BeatCursor, from: NIODeadline, until: NIODeadline, _ tally: BeatTally) {
        self.cursor = cursor
        // Only news: what a fleet at work asks for, and the shortest answer of a large call.
        path = "/v1/heartbeats?reply=brief"
        self.from = from
        self.until = until
        self.tally = tally
    }

    mutating func next(at now: NIODeadline, _ allocator: ByteBufferAllocator) -> Line.Next {
        guard now < until, !cursor.isOver else { return .over }
        guard now >= from else { return .at(min(from, until)) }
        guard let made = cursor.next(at: now, allocator) else {
            return .at(min(max(cursor.nextDue, now + .milliseconds(1)), until))
        }
        (count, due, mortals) = (made.count, made.due, made.mortals)
        return .request(.posting(made.body, to: path), made.body)
    }

    mutating func answered(_ head: HTTPResponseHead, sent: NIODeadline, at now: NIODeadline, _ body: ByteBuffer?) {
        tally.answered(head.status, heartbeats: count, took: now - sent, late: sent - due)
        if !mortals.isEmpty { tally.heard(mortals, at: sent) }
    }

    mutating func broke() { tally.broke() }
}

extension HTTPRequestHead {
    static func posting(_ body: ByteBuffer, to path: String) -> HTTPRequestHead {
        HTTPRequestHead(
            version: .http1_1,
            method: .POST,
            uri: path,
            headers: [
                "Host": "localhost", "Content-Type": "application/json",
                "Content-Length": String(body.readableBytes),
            ]
        )
    }

    static func getting(_ path: String, _ more: [(String, String)] = []) -> HTTPRequestHead {
        HTTPRequestHead(
            version: .http1_1,
            method: .GET,
            uri: path,
            headers: HTTPHeaders([("Host", "localhost")] + more)
        )
    }
}
