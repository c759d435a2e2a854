import NIOCore
import NIOHTTP1
import Synchronization

/// Asks once, and keeps the answer.
struct OnceScript: Line.Script {
    struct Answer: Sendable {
        var head: HTTPResponseHead
        var body: ByteBuffer
    }

    /// Where it is kept.
    final class Kept: Sendable {
        private let answer = Mutex<Answer?>(nil)

        var value: Answer? { answer.withLock { $0 } }

        fileprivate func keep(_ new: Answer) { answer.withLock { $0 = new } }
    }

    private let head: HTTPRequestHead
    private let kept: Kept
    private var isAsked = false

    init(_ head: HTTPRequestHead, _ kept: Kept) {
        self.head = head
        self.kept = kept
    }

    mutating func next(at now: NIODeadline, _ allocator: ByteBufferAllocator) -> Line.Next {
        guard !isAsked else { return .over }
        isAsked = true
        return .request(head, nil)
    }

    func answered(_ head: HTTPResponseHead, sent: NIODeadline, at now: NIODeadline, _ body: ByteBuffer?) {
        kept.keep(Answer(head: head, body: body ?? ByteBuffer()))
    }

    func broke() {}
}
