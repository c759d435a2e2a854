/// Heartbeats as they came in one call: the bytes, and for each heartbeat where its parts lie in them.
///
/// Nothing in it is a `String`: a million renewals a minute name services that are known already, and comparing
/// bytes needs no allocation.
package struct HeartbeatBatch: Sendable {
    /// A part of `bytes`; an empty slice means that the heartbeat did not state it.
    package struct Slice: Sendable {
        package var offset: UInt32
        package var count: UInt16

        package static let none = Slice(offset: 0, count: 0)

        @inline(__always)
        package init(offset: UInt32, count: UInt16) {
            self.offset = offset
            self.count = count
        }

        @inline(__always)
        package var range: Range<Int> { Int(offset)..<(Int(offset) &+ Int(count)) }
    }

    /// One heartbeat.
    ///
    /// The hashes are filled in by `seal`.
    package struct Entry: Sendable {
        package static let noSequence = UInt64.max

        package var host = Slice.none
        package var binary = Slice.none
        package var topic = Slice.none
        package var zone = Slice.none
        package var worker = Slice.none
        package var incarnation = Slice.none
        /// `noSequence` when not stated: then every arrival is new.
        package var sequence = Self.noSequence
        /// -1 when not stated.
        package var version: Int32 = -1
        /// Microseconds; 0 when not stated.
        package var interval: UInt32 = 0
        package var register = false
        /// What was wrong with the entry itself (`flawMessage(at:)` says more); it is answered and otherwise left alone.
        package var flaw: HeartbeatRejection?

        package var nameHash: UInt64 = 0
        package var incarnationHash: UInt64 = 0
        package var attributesHash: UInt32 = 0

        package init() {}

        /// Of its incarnation and its attributes, in one number that is never 0.
        @inline(__always)
        func stated(salt: UInt32) -> UInt64 {
            Self.stated(incarnationHash, attributesHash, salt: salt)
        }

        @inline(__always)
        static func stated(_ incarnationHash: UInt64, _ attributesHash: UInt32, salt: UInt32) -> UInt64 {
            (incarnationHash ^ UInt64(attributesHash ^ salt) &* 0x9E37_79B9_7F4A_7C15) | 1
        }
    }

    /// What to say about an entry with a flaw.
    package struct FlawMessage: Sendable {
        package var position: Int
        package var text: String

        package init(position: Int, text: String) {
            self.position = position
            self.text = text
        }
    }

    package var bytes: [UInt8]
    package var entries: [Entry]
    /// In the order of their positions.
    package var flawMessages: [FlawMessage] = []
    /// The host of the relay through which they came; empty where they came directly.
    package var relay: [UInt8] = []

    package init(bytes: [UInt8] = [], entries: [Entry] = []) {
        self.bytes = bytes
        self.entries = entries
    }

    package var count: Int { entries.count }

    /// What is wrong with the entry at a position, if it has a flaw.
    package func flawMessage(at position: Int) -> String? {
        var range = flawMessages.indices
        while let last = range.last {
            let middle = range.lowerBound + (last - range.lowerBound) / 2
            let message = flawMessages[middle]
            if message.position == position { return message.text }
            range = message.position < position ? (middle + 1)..<range.upperBound : range.lowerBound..<middle
        }
        return nil
    }

    /// Computes the hashes of all entries: outside any lock, before the batch meets the roster.
    package mutating func seal(_ hasher: NameHasher) {
        for position in entries.indices where entries[position].flaw == nil {
            entries[position] = hashed(entries[position], hasher)
        }
    }

    @inline(__always)
    private func hashed(_ unhashed: Entry, _ hasher: NameHasher) -> Entry {
        let span = bytes.span.bytes
        var entry = unhashed
        entry.nameHash = hasher.name(span, host: entry.host.range, binary: entry.binary.range)
        if entry.incarnation.count > 0 {
            entry.incarnationHash = hasher.hash(span, entry.incarnation.range) | 1
        }
        var attributes = UInt64(UInt32(bitPattern: entry.version)) << 32 | UInt64(entry.interval)
        if entry.topic.count > 0 { attributes = hasher.hash(span, entry.topic.range, from: attributes) }
        if entry.zone.count > 0 { attributes = hasher.hash(span, entry.zone.range, from: attributes &+ 1) }
        entry.attributesHash = UInt32(truncatingIfNeeded: attributes ^ attributes >> 32)
        return entry
    }

    /// The text of a slice, or nil when it was not stated.
    package func text(_ slice: Slice) -> String? {
        slice.count == 0 ? nil : String(decoding: bytes[slice.range], as: UTF8.self)
    }

    /// Appends a heartbeat built of texts.
    package mutating func append(_ heartbeat: Heartbeat) {
        var entry = Entry()
        entry.host = append(heartbeat.host)
        entry.binary = append(heartbeat.binary)
        entry.topic = append(heartbeat.topic ?? "")
        entry.zone = append(heartbeat.zone ?? "")
        entry.worker = append(heartbeat.worker)
        entry.incarnation = append(heartbeat.incarnation ?? "")
        entry.sequence = heartbeat.sequence ?? Entry.noSequence
        entry.version = heartbeat.version ?? -1
        let interval = (heartbeat.reportInterval?.clampedNanoseconds ?? 0) / 1_000
        entry.interval = UInt32(clamping: interval)
        entry.register = heartbeat.register
        entries.append(entry)
    }

    private mutating func append(_ text: String) -> Slice {
        let slice = Slice(offset: UInt32(clamping: bytes.count), count: UInt16(clamping: text.utf8.count))
        bytes.append(contentsOf: text.utf8)
        return slice
    }
}
