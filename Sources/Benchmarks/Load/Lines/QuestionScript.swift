import NIOCore
import NIOHTTP1

/// Asks for the states of services one by one, so many a second on this connection.
struct QuestionScript: Line.Script {
    private let services: Int
    private let pause: TimeAmount
    private let until: NIODeadline
    private let tally: CallTally
    private var random: SystemRandomNumberGenerator
    private var due: NIODeadline

    init(services: Int, perSecond: Double, from began: NIODeadline, until: NIODeadline, _ tally: CallTally) {
        self.services = services
        pause = .nanoseconds(Int64(1e9 / perSecond))
        due = began
        self.until = until
        self.tally = tally
        random = SystemRandomNumberGenerator()
    }

    mutating func next(at now: NIODeadline, _ allocator: ByteBufferAllocator) -> Line.Next {
        guard now < until else { return .over }
        guard due <= now else { return .at(due) }
        let service = Int.random(in: 0..<services, using: &random)
        return .request(.getting("/v1/services/load-\(service)/\(Fleet.binary)/state"), nil)
    }

    /// Counted from when it was due: a question that had to wait for the one before is late as well.
    mutating func answered(_ head: HTTPResponseHead, sent: NIODeadline, at now: NIODeadline, _ body: ByteBuffer?) {
        tally.answered(head.status, took: now - due)
        due = due + pause
    }

    mutating func broke() { tally.broke() }
}

/// Asks for one thing several times, one after the other.
struct RepeatedScript: Line.Script {
    private let head: HTTPRequestHead
    private var left: Int
    private let tally: CallTally

    init(_ head: HTTPRequestHead, times: Int, _ tally: CallTally) {
        self.head = head
        left = times
        self.tally = tally
    }

    mutating func next(at now: NIODeadline, _ allocator: ByteBufferAllocator) -> Line.Next {
        guard left > 0 else { return .over }
        left -= 1
        return .request(head, nil)
    }

    mutating func answered(_ head: HTTPResponseHead, sent: NIODeadline, at now: NIODeadline, _ body: ByteBuffer?) {
        tally.answered(head.status, took: now - sent)
    }

    mutating func broke() { tally.broke() }
}
