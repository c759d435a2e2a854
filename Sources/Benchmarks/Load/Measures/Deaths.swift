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
        /// By their revisions.
        var events: [Int: Event] = [:]
    }

    private let book = Mutex(Book())

    func hear(_ event: ByteBufferView) {
        let told = NIODeadline.now()
        let change = Change(event)
        if change.isSnapshot { return hear(Snapshot(event), told) }
        guard change.isChange, let revision = change.revision, let time = change["at"].flatMap({ WireTime(String($0)) })
        else { return }
        let service = change["host"].flatMap(Fleet.service(of:))
        let heard = Event(judged: time.microseconds, told: told)
        book.withLock { book in
            book.events[revision] = heard
            if let service, change["to"] == "down" { book.downs[service] = heard }
        }
    }

    /// What no change told: a daemon that was blind tells what is so by then.
    private func hear(_ snapshot: Snapshot?, _ told: NIODeadline) {
        for service in snapshot?.services ?? [] where service.state == "down" {
            guard let number = Fleet.service(of: service.host[...]), let time = WireTime(service.stateSince) else {
                continue
            }
            book.withLock { book in
                if book.downs[number] == nil {
                    book.downs[number] = Event(judged: time.microseconds, told: told)
                }
            }
        }
    }

    /// Until so many were told, at most that long: a daemon that could not see for a while gives everybody that time.
    ///
    /// Nobody beats meanwhile, and nobody is to die of that.
    func wait(for count: Int, atMost longest: Double) async {
        let end = NIODeadline.now() + .nanoseconds(Int64(longest * 1e9))
        while downCount < count, NIODeadline.now() < end { try? await Task.sleep(for: .milliseconds(20)) }
    }

    var downCount: Int { book.withLock { $0.downs.count } }
    var downs: [Int: Event] { book.withLock { $0.downs } }
    var events: [Int: Event] { book.withLock { $0.events } }
}

/// A `change` of a watch as our daemon writes it: string fields of a flat JSON object, without escapes.
///
/// Read byte by byte: whoever counts a hundred thousand deaths must not be what is slow.
private struct Change {
    private let text: ByteBufferView

    init(_ text: ByteBufferView) { self.text = text }

    var isChange: Bool { position(behind: "event: change\n") != nil }
    var isSnapshot: Bool { position(behind: "event: snapshot\n") != nil }

    /// What stands first in it.
    var revision: Int? {
        guard let start = position(behind: "id: ") else { return nil }
        return Int(String(decoding: text[start...].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }

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

/// A part of a snapshot of a watch.
private struct Snapshot: Decodable {
    struct Service: Decodable {
        var host: String
        var state: String
        var stateSince: String

        enum CodingKeys: String, CodingKey {
            case host, state
            case stateSince = "state_since"
        }
    }

    var services: [Service]

    init?(_ event: ByteBufferView) {
        let lines = event.split(separator: UInt8(ascii: "\n"))
        guard let data = lines.first(where: { $0.starts(with: "data: ".utf8) })?.dropFirst("data: ".utf8.count),
            let snapshot = try? JSONDecoder().decode(Self.self, from: Data(data))
        else { return nil }
        self = snapshot
    }
}

/// When a watcher that only counts was told the changes, one by one.
final class Deliveries: Sendable {
    private struct Book {
        var moments: [(revision: Int, told: NIODeadline)] = []
        var hasBegunAnew = false
    }

    private let book = Mutex(Book())

    func hear(_ event: ByteBufferView) {
        let now = NIODeadline.now()
        let change = Change(event)
        book.withLock { book in
            if change.isChange, let revision = change.revision { book.moments.append((revision, now)) }
            if change.isSnapshot { book.hasBegunAnew = true }
        }
    }

    var all: [(revision: Int, told: NIODeadline)] { book.withLock { $0.moments } }
    /// A snapshot told it what changes would have told.
    var hasBegunAnew: Bool { book.withLock { $0.hasBegunAnew } }
}
