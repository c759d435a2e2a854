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

    /// Whether an incarnation may hold it: `[A-Za-z0-9._-]`.
    static func isIncarnation(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
