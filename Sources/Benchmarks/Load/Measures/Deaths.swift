import Foundation
import NIOCore
import RollcallWire
import Synchronization

/// What one watcher was told of the fleet, and when.
final class Deaths: Sendable {
    struct Event: Sendable {
        /// When the daemon judged, by its wall clock, in microseconds since 1970.
        var judged: Int64
        var told: NIODeadline
    }

    private struct Book {
        var downs: [Int: NIODeadline] = [:]
        var events: [Event] = []
    }

    private let book = Mutex(Book())

    func hear(_ event: ByteBufferView) {
        let now = NIODeadline.now()
        let text = String(decoding: event, as: UTF8.self)
        guard text.contains("event: change"), let at = text.field("at"), let time = WireTime(String(at)) else { return }
        let service = text.field("host").flatMap(Fleet.service)
        book.withLock { book in
            book.events.append(Event(judged: time.microseconds, told: now))
            if let service, text.field("to") == "down" { book.downs[service] = now }
        }
    }

    var downCount: Int { book.withLock { $0.downs.count } }
    var downs: [Int: NIODeadline] { book.withLock { $0.downs } }
    var events: [Event] { book.withLock { $0.events } }
}

extension String {
    /// The value of a string field of a flat JSON object as our daemon writes it.
    fileprivate func field(_ name: String) -> Substring? {
        guard let key = range(of: "\"\(name)\":\"") else { return nil }
        return self[key.upperBound...].prefix { $0 != "\"" }
    }
}

/// When a watcher that only counts was told the events, one by one.
final class Deliveries: Sendable {
    private let moments = Mutex<[NIODeadline]>([])

    func hear(_ event: ByteBufferView) {
        let now = NIODeadline.now()
        moments.withLock { $0.append(now) }
    }

    var all: [NIODeadline] { moments.withLock { $0 } }
}
