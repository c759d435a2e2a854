import LivenessCore
import RollcallWire

/// Writes JSON straight into bytes, for what is written too often for an encoder.
///
/// It keeps no account of commas and brackets: whoever writes, writes them.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// Days since 1970 that `date` holds.
    private var day = Int64.min
    /// `"2026-01-31T`.
    private var date: [UInt8] = []

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
        if isPlainJSON(text) {
            bytes.append(addingCapacity: text.count + 2) { $0.plain(text) }
        } else {
            bytes.append(UInt8(ascii: "\""))
            for position in text.indices { escape(text[position]) }
            bytes.append(UInt8(ascii: "\""))
        }
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): raw("\\\"")
        case UInt8(ascii: "\\"): raw("\\\\")
        case 0x0A: raw("\\n")
        case 0x0D: raw("\\r")
        case 0x09: raw("\\t")
        case 0..<0x20:
            raw("\\u00")
            hexadecimal(byte >> 4)
            hexadecimal(byte & 15)
        default: bytes.append(byte)
        }
    }

    private mutating func hexadecimal(_ digit: UInt8) {
        bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
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
        guard let time, time != .never else { return raw("null") }
        let perDay: Int64 = 86_400_000_000
        var (days, rest) = time.microseconds.quotientAndRemainder(dividingBy: perDay)
        if rest < 0 {
            days -= 1
            rest += perDay
        }
        if days != day {
            day = days
            date = [UInt8(ascii: "\"")]
            date += WireTime(microseconds: time.microseconds).description.utf8.prefix(11)
        }
        bytes.append(contentsOf: date)
        let seconds = rest / 1_000_000
        pair(seconds / 3_600)
        bytes.append(UInt8(ascii: ":"))
        pair(seconds / 60 % 60)
        bytes.append(UInt8(ascii: ":"))
        pair(seconds % 60)
        bytes.append(UInt8(ascii: "."))
        let fraction = rest % 1_000_000
        pair(fraction / 10_000)
        pair(fraction / 100 % 100)
        pair(fraction % 100)
        raw(ending)
    }

    @inline(__always)
    private mutating func pair(_ value: Int64) {
        bytes.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value / 10))
        bytes.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value % 10))
    }
}
