/// A place in a JSON document, and how to go on from there.
///
/// The bytes are handed to every call: the cursor is a value and holds on to nothing. It reads RFC 8259 to the letter:
/// no comments, no trailing commas, no leading zeros, no NaN.
struct JSONCursor {
    /// Arrays and objects inside one another; deeper ones are refused, because each level costs stack.
    static let deepest = 64

    var position = 0

    /// A string as it stands between its quotes.
    struct Text {
        var start: Int
        var end: Int
        /// There is a backslash in it.
        var isEscaped: Bool
        /// Nothing but ASCII without `/` and DEL: nothing that a name could not have.
        var isPlain: Bool
        /// Nothing but `[A-Za-z0-9._-]`, and it was seen at once.
        var isWord = false

        @inline(__always) var count: Int { end &- start }
    }

    @inline(__always)
    static func byte(_ bytes: RawSpan, _ position: Int) -> UInt8 {
        bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
    }

    @inline(__always)
    static func word(_ bytes: RawSpan, _ position: Int) -> UInt64 {
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
    }

    /// The next byte; 0, which is no JSON, at the end.
    @inline(__always)
    func peek(_ bytes: RawSpan) -> UInt8 {
        position < bytes.byteCount ? Self.byte(bytes, position) : 0
    }

    func malformed(_ message: String) -> DocumentError { .malformed(message, offset: position) }

    @inline(__always)
    mutating func skipSpace(_ bytes: RawSpan) {
        while position < bytes.byteCount {
            switch Self.byte(bytes, position) {
            case 0x20, 0x0A, 0x0D, 0x09: position &+= 1
            default: return
            }
        }
    }

    /// Goes past `byte` if it is next.
    @inline(__always)
    mutating func take(_ bytes: RawSpan, _ byte: UInt8) -> Bool {
        guard peek(bytes) == byte else { return false }
        position &+= 1
        return true
    }

    @inline(__always)
    mutating func expect(_ bytes: RawSpan, _ character: Unicode.Scalar) throws(DocumentError) {
        guard take(bytes, UInt8(ascii: character)) else { throw malformed("expected '\(character)'") }
    }

    /// Goes past a string.
    @inline(__always)
    mutating func text(_ bytes: RawSpan) throws(DocumentError) -> Text {
        try expect(bytes, "\"")
        let start = position
        while position &+ 8 <= bytes.byteCount {
            let others = ByteWord.unlikeIdentifiers(Self.word(bytes, position))
            if others == 0 {
                position &+= 8
                continue
            }
            position &+= ByteWord.lowest(others)
            guard Self.byte(bytes, position) == UInt8(ascii: "\"") else { break }
            position &+= 1
            return Text(start: start, end: position &- 1, isEscaped: false, isPlain: true, isWord: true)
        }
        // A copy, so that ours need not have an address.
        var slow = self
        let text = try slow.unusualText(bytes, from: start)
        self = slow
        return text
    }

    /// The rest of a string that is more than letters, digits and `._-`, or stands at the end of the document.
    @inline(never)
    private mutating func unusualText(_ bytes: RawSpan, from start: Int) throws(DocumentError) -> Text {
        var text = Text(start: start, end: start, isEscaped: false, isPlain: true)
        while position &+ 8 <= bytes.byteCount {
            let special = ByteWord.special(Self.word(bytes, position))
            position &+= special == 0 ? 8 : ByteWord.lowest(special)
            if special != 0 { break }
        }
        while position < bytes.byteCount {
            let next = Self.byte(bytes, position)
            switch next {
            case UInt8(ascii: "\""):
                text.end = position
                position &+= 1
                return text
            case UInt8(ascii: "\\"):
                text.isEscaped = true
                text.isPlain = false
                try skipEscape(bytes)
            case 0..<0x20:
                throw malformed("a control character inside a string")
            default:
                if next == UInt8(ascii: "/") || next >= 0x7F { text.isPlain = false }
                position &+= 1
            }
        }
        throw malformed("the document ends inside a string")
    }

    /// Goes past a key and its colon.
    @inline(never)
    mutating func key(_ bytes: RawSpan) throws(DocumentError) -> Text {
        let key = try text(bytes)
        skipSpace(bytes)
        try expect(bytes, ":")
        return key
    }

    private mutating func skipEscape(_ bytes: RawSpan) throws(DocumentError) {
        position += 1
        switch peek(bytes) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            position += 1
            for _ in 0..<4 {
                guard JSONUnescaping.digit(peek(bytes)) != nil else {
                    throw malformed("\\u needs four hexadecimal digits")
                }
                position += 1
            }
        default: throw malformed("an unknown escape in a string")
        }
    }

    /// Goes past `true`, `false` or `null`.
    mutating func word(_ bytes: RawSpan, _ word: StaticString) throws(DocumentError) {
        for offset in 0..<word.utf8CodeUnitCount {
            let expected = word.withUTF8Buffer { $0[offset] }
            guard take(bytes, expected) else { throw malformed("expected \(word)") }
        }
    }

    /// Goes past any value.
    mutating func skipValue(_ bytes: RawSpan, depth: Int = 0) throws(DocumentError) {
        guard depth < Self.deepest else { throw malformed("more than \(Self.deepest) levels deep") }
        switch peek(bytes) {
        case UInt8(ascii: "\""): _ = try text(bytes)
        case UInt8(ascii: "t"): try word(bytes, "true")
        case UInt8(ascii: "f"): try word(bytes, "false")
        case UInt8(ascii: "n"): try word(bytes, "null")
        case UInt8(ascii: "{"):
            position += 1
            skipSpace(bytes)
            if take(bytes, UInt8(ascii: "}")) { return }
            repeat {
                skipSpace(bytes)
                _ = try text(bytes)
                skipSpace(bytes)
                try expect(bytes, ":")
                skipSpace(bytes)
                try skipValue(bytes, depth: depth + 1)
                skipSpace(bytes)
            } while take(bytes, UInt8(ascii: ","))
            try expect(bytes, "}")
        case UInt8(ascii: "["):
            position += 1
            skipSpace(bytes)
            if take(bytes, UInt8(ascii: "]")) { return }
            repeat {
                skipSpace(bytes)
                try skipValue(bytes, depth: depth + 1)
                skipSpace(bytes)
            } while take(bytes, UInt8(ascii: ","))
            try expect(bytes, "]")
        default: _ = try number(bytes)
        }
    }
}
