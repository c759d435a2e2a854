import LivenessCore

/// JSON into memory that was reserved for it: the caller knows the most bytes that each part takes.
extension OutputSpan<UInt8> {
    /// The most bytes of a whole number, its sign included.
    static var integerSize: Int { 20 }
    /// The most bytes of a number of seconds with six digits after the point.
    static var secondsSize: Int { 28 }
    static var uuidSize: Int { 38 }
    static var timeSize: Int { 29 }

    /// The most bytes of so many bytes of text: each may need an escape.
    static func textSize(_ count: Int) -> Int { count * 6 + 2 }

    /// Syntax: written as it is.
    @inline(__always)
    mutating func raw(_ text: StaticString) {
        copy(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func raw(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { copy($0) }
    }

    /// A word that is known to need no escapes, between quotes.
    @inline(__always)
    mutating func word(_ word: String) {
        var word = word
        append(UInt8(ascii: "\""))
        word.withUTF8 { copy($0) }
        append(UInt8(ascii: "\""))
    }

    /// UTF-8 that is known to need no escapes, between quotes.
    @inline(__always)
    mutating func plain(_ bytes: Span<UInt8>) {
        append(UInt8(ascii: "\""))
        bytes.withUnsafeBufferPointer { copy($0) }
        append(UInt8(ascii: "\""))
    }

    /// UTF-8 between quotes.
    @inline(__always)
    mutating func text(_ text: Span<UInt8>) {
        if isPlainJSON(text) { plain(text) } else { escaped(text) }
    }

    mutating func text(_ text: String?) {
        guard var text else { return raw("null") }
        text.withUTF8 { self.text($0.span) }
    }

    @inline(never)
    private mutating func escaped(_ text: Span<UInt8>) {
        append(UInt8(ascii: "\""))
        for position in text.indices { escape(text[position]) }
        append(UInt8(ascii: "\""))
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
        default: append(byte)
        }
    }

    private mutating func hexadecimal(_ digit: UInt8) {
        append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }

    mutating func bool(_ value: Bool) {
        if value { raw("true") } else { raw("false") }
    }

    /// RFC 3339 in UTC, or null for `Timestamp.never` and for nil.
    @inline(__always)
    mutating func time(_ time: Timestamp?, _ dates: inout DateText, ending: StaticString = "Z\"") {
        guard let time, time != .never else { return raw("null") }
        let rest = UInt64(bitPattern: dates.turn(to: time))
        let (seconds, fraction) = rest.quotientAndRemainder(dividingBy: 1_000_000)
        append(UInt8(ascii: "\""))
        dates.text.span.withUnsafeBufferPointer { copy($0) }
        let (minutes, second) = seconds.quotientAndRemainder(dividingBy: 60)
        let clock =
            Self.pair(minutes / 60) | Self.pair(minutes % 60) << 24 | Self.pair(second) << 48 | 0x3A << 16 | 0x3A << 40
        let (hundredths, last) = fraction.quotientAndRemainder(dividingBy: 100)
        let point =
            UInt64(UInt8(ascii: ".")) | Self.pair(hundredths / 100) << 8 | Self.pair(hundredths % 100) << 24
            | Self.pair(last) << 40
        word(clock, 8)
        word(point, 7)
        raw(ending)
    }

    /// The two digits of a number below 100, the first in the lowest byte.
    @inline(__always)
    private static func pair(_ value: UInt64) -> UInt64 {
        let tens = (value &* 103) >> 10
        return tens | (value &- tens &* 10) << 8 | 0x3030
    }

    /// The lowest bytes of a word, the lowest first.
    @inline(__always)
    private mutating func word(_ word: UInt64, _ count: Int) {
        withUnsafeBytes(of: word.littleEndian) { bytes in
            bytes.withMemoryRebound(to: UInt8.self) { copy(UnsafeBufferPointer(rebasing: $0[..<count])) }
        }
    }

    mutating func integer(_ value: UInt64) {
        var rest = value
        var digits = 1
        while rest >= 10 {
            rest /= 10
            digits &+= 1
        }
        self.digits(value, digits)
    }

    mutating func integer(_ value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        integer(value.magnitude)
    }

    /// Seconds with at most six digits after the point, and none that says nothing.
    mutating func seconds(microseconds: Int64) {
        if microseconds < 0 { append(UInt8(ascii: "-")) }
        let (whole, fraction) = microseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        integer(whole)
        guard fraction > 0 else { return }
        append(UInt8(ascii: "."))
        var shortened = fraction
        var digits = 6
        while shortened % 10 == 0 {
            shortened /= 10
            digits &-= 1
        }
        self.digits(shortened, digits)
    }

    mutating func uuid(_ uuid: ServiceUUID) {
        append(UInt8(ascii: "\""))
        uuid.append(to: &self)
        append(UInt8(ascii: "\""))
    }

    /// The last `count` decimal digits of a number, leading zeros included.
    @inline(__always)
    private mutating func digits(_ value: UInt64, _ count: Int) {
        withUnsafeMutableBufferPointer { buffer, initialized in
            var rest = value
            var position = initialized + count
            precondition(position <= buffer.count)
            while position > initialized {
                position &-= 1
                buffer[position] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            initialized += count
        }
    }

    @inline(__always)
    private mutating func copy(_ source: UnsafeBufferPointer<UInt8>) {
        withUnsafeMutableBufferPointer { buffer, initialized in
            guard let from = source.baseAddress, let to = buffer.baseAddress else { return }
            precondition(source.count <= buffer.count - initialized)
            (to + initialized).update(from: from, count: source.count)
            initialized += source.count
        }
    }
}

/// Whether UTF-8 can stand between quotes as it is.
func isPlainJSON(_ text: Span<UInt8>) -> Bool {
    let bytes = text.bytes
    var position = 0
    while position &+ 8 <= bytes.byteCount {
        let word = bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
        let special =
            ByteWord.equal(word, UInt8(ascii: "\"")) | ByteWord.equal(word, UInt8(ascii: "\\"))
            | ByteWord.below(word, 0x20)
        if special != 0 { return false }
        position &+= 8
    }
    while position < bytes.byteCount {
        let byte = bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
        if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return false }
        position &+= 1
    }
    return true
}
