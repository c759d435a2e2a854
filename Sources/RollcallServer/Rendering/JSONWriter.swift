import LivenessCore

/// Writes JSON straight into bytes, for what is written too often for an encoder.
///
/// It keeps no account of commas and brackets: whoever writes, writes them.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var dates = DateText()

    init(capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    var count: Int { bytes.count }

    /// Begins anew in the same memory.
    mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
    }

    /// Syntax: written as it is.
    @inline(__always)
    mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    mutating func raw(_ text: [UInt8]) {
        bytes.append(contentsOf: text)
    }

    /// A word that is known to need no escapes, between quotes.
    mutating func word(_ word: String) {
        bytes.append(addingCapacity: word.utf8.count + 2) { $0.word(word) }
    }

    /// Text between quotes.
    mutating func text(_ text: String) {
        self.text(Array(text.utf8)[...])
    }

    mutating func text(_ text: String?) {
        if let text { self.text(text) } else { raw("null") }
    }

    /// UTF-8 between quotes.
    mutating func text(_ text: ArraySlice<UInt8>) {
        self.text(text.span)
    }

    /// UTF-8 between quotes.
    @inline(__always)
    mutating func text(_ text: Span<UInt8>) {
        bytes.append(addingCapacity: OutputSpan<UInt8>.textSize(text.count)) { $0.text(text) }
    }

    mutating func bool(_ value: Bool) {
        if value { raw("true") } else { raw("false") }
    }

    mutating func integer(_ value: Int64) {
        bytes.append(addingCapacity: OutputSpan<UInt8>.integerSize) { $0.integer(value) }
    }

    mutating func integer(_ value: UInt64) {
        bytes.append(addingCapacity: OutputSpan<UInt8>.integerSize) { $0.integer(value) }
    }

    /// Seconds with at most six digits after the point, and none that says nothing.
    mutating func seconds(microseconds: Int64) {
        bytes.append(addingCapacity: OutputSpan<UInt8>.secondsSize) { $0.seconds(microseconds: microseconds) }
    }

    mutating func seconds(_ duration: Duration) {
        seconds(microseconds: duration.clampedNanoseconds / 1_000)
    }

    /// To the millisecond: for ages and the like, of which nobody needs more.
    mutating func milliseconds(_ duration: Duration) {
        seconds(microseconds: duration.clampedNanoseconds / 1_000_000 * 1_000)
    }

    mutating func uuid(_ uuid: ServiceUUID) {
        bytes.append(addingCapacity: OutputSpan<UInt8>.uuidSize) { $0.uuid(uuid) }
    }

    /// Writes what takes at most `size` bytes.
    @inline(__always)
    mutating func block(_ size: Int, _ body: (inout OutputSpan<UInt8>) -> Void) {
        bytes.append(addingCapacity: size, initializingWith: body)
    }

    /// RFC 3339 in UTC, or null for `Timestamp.never` and for nil.
    mutating func time(_ time: Timestamp?) { self.time(time, ending: "Z\"") }

    /// The same as Nova writes it: without the zone.
    mutating func novaTime(_ time: Timestamp?) { self.time(time, ending: "\"") }

    private mutating func time(_ time: Timestamp?, ending: StaticString) {
        var dates = dates
        bytes.append(addingCapacity: OutputSpan<UInt8>.timeSize) { $0.time(time, &dates, ending: ending) }
        self.dates = dates
    }
}
