/// What a string with backslashes stands for.
enum JSONUnescaping {
    /// The most bytes that stand for one byte of a text: `\u0041`.
    static let longestEscape = 6

    /// The value of a hexadecimal digit.
    static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
        default: nil
        }
    }

    /// The text as UTF-8; nil when it holds half of a surrogate pair, which is no character.
    ///
    /// The escapes have been checked when the cursor went past them.
    static func unescape(_ bytes: RawSpan, _ text: JSONCursor.Text) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var position = text.start
        while position < text.end {
            let byte = JSONCursor.byte(bytes, position)
            position += 1
            guard byte == UInt8(ascii: "\\"), position < text.end else {
                result.append(byte)
                continue
            }
            let kind = JSONCursor.byte(bytes, position)
            position += 1
            switch kind {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                guard let scalar = scalar(bytes, &position, end: text.end) else { return nil }
                result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            default: result.append(kind)
            }
        }
        return result
    }

    private static func scalar(_ bytes: RawSpan, _ position: inout Int, end: Int) -> Unicode.Scalar? {
        guard let first = unit(bytes, &position, end: end) else { return nil }
        guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) }
        guard position + 6 <= end, JSONCursor.byte(bytes, position) == UInt8(ascii: "\\"),
            JSONCursor.byte(bytes, position + 1) == UInt8(ascii: "u")
        else { return nil }
        position += 2
        guard let second = unit(bytes, &position, end: end), (0xDC00..<0xE000).contains(second) else { return nil }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    }

    private static func unit(_ bytes: RawSpan, _ position: inout Int, end: Int) -> UInt32? {
        guard position + 4 <= end else { return nil }
        var value: UInt32 = 0
        for offset in 0..<4 {
            guard let digit = digit(JSONCursor.byte(bytes, position + offset)) else { return nil }
            value = value << 4 | digit
        }
        position += 4
        return value
    }
}
