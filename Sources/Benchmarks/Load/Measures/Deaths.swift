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
        var downs: [Int: Event] = [:]
        var events: [Event] = []
    }

    private let book = Mutex(Book())

    func hear(_ event: ByteBufferView) {
        let told = NIODeadline.now()
        let change = Change(event)
        guard change.isChange, let time = change["at"].flatMap({ WireTime(String($0)) }) else { return }
        let service = change["host"].flatMap(Fleet.service)
        let heard = Event(judged: time.microseconds, told: told)
        book.withLock { book in
            book.events.append(heard)
            if let service, change["to"] == "down" { book.downs[service] = heard }
        }
    }

    var downCount: Int { book.withLock { $0.downs.count } }
    var downs: [Int: Event] { book.withLock { $0.downs } }
    var events: [Event] { book.withLock { $0.events } }
}

/// A `change` of a watch as our daemon writes it: string fields of a flat JSON object, without escapes.
///
/// Read byte by byte: whoever counts a hundred thousand deaths must not be what is slow.
private struct Change {
    private let text: ByteBufferView

    init(_ text: ByteBufferView) { self.text = text }

    var isChange: Bool { position(behind: "event: change") != nil }

    subscript(name: String) -> Substring? {
        guard let start = position(behind: "\"\(name)\":\"") else { return nil }
        return String(decoding: text[start...].prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)[...]
    }

    private func position(behind words: String) -> Int? {
        let words = Array(words.utf8)
        return text.withContiguousStorageIfAvailable { bytes -> Int? in
            guard bytes.count >= words.count else { return nil }
            for start in 0...(bytes.count - words.count)
            where bytes[start] == words[0] && bytes[start..<(start + words.count)].elementsEqual(words) {
                return text.startIndex + start + words.count
            }
            return nil
        } ?? nil
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
