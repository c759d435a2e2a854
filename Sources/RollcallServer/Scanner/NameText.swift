/// Which bytes may stand in names and incarnations.
enum NameText {
    /// What is wrong with a name, as the end of a sentence; nil when nothing is.
    ///
    /// The bytes are valid UTF-8.
    static func flaw(_ bytes: some Sequence<UInt8>) -> String? {
        var isASCII = true
        var copy: [UInt8] = []
        for byte in bytes {
            if byte == UInt8(ascii: "/") { return "has a '/' in it" }
            if byte < 0x20 || byte == 0x7F { return "has a control character in it" }
            if byte >= 0x80 { isASCII = false }
            copy.append(byte)
        }
        if isASCII { return nil }
        for scalar in String(decoding: copy, as: UTF8.self).unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control: return "has a control character in it"
            case .lineSeparator, .paragraphSeparator, .unassigned, .surrogate, .privateUse:
                return "has a character in it that cannot be printed"
            default: continue
            }
        }
        return nil
    }

    /// Whether a range of ASCII bytes holds nothing but `[A-Za-z0-9._-]`.
    @inline(__always)
    static func isIncarnation(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
        var position = range.lowerBound
        while position < range.upperBound {
            guard position &+ 8 <= bytes.byteCount else {
                guard isIncarnation(JSONCursor.byte(bytes, position)) else { return false }
                position &+= 1
                continue
            }
            let word = JSONCursor.word(bytes, position)
            let left = range.upperBound &- position
            let wanted =
                left >= 8 ? ByteWord.highs : ByteWord.highs & ((1 &<< UInt64(truncatingIfNeeded: left &* 8)) &- 1)
            // Bytes outside of ASCII have no report of their own: they are looked at apart.
            let ascii = word & ~ByteWord.highs
            let letters = ByteWord.within(ascii | ByteWord.all(0x20), UInt8(ascii: "a"), UInt8(ascii: "z"))
            let allowed =
                letters & ByteWord.within(ascii, UInt8(ascii: "A"), UInt8(ascii: "z"))
                | ByteWord.within(ascii, UInt8(ascii: "0"), UInt8(ascii: "9"))
                | ByteWord.within(ascii, UInt8(ascii: "-"), UInt8(ascii: "."))
                | ByteWord.within(ascii, UInt8(ascii: "_"), UInt8(ascii: "_"))
            guard allowed & ~word & wanted == wanted else { return false }
            position &+= 8
        }
        return true
    }

    static func isIncarnation(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
