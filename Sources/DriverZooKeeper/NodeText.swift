/// A part of a node's name: `%`, `/`, `:`, control characters and whatever is not ASCII percent-encoded.
///
/// The format asks for no more than the first four; ZooKeeper refuses some of the rest, and a reader decodes them alike.
enum NodeText {
    static func encoded(_ part: String) -> String {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(part.utf8.count)
        for byte in part.utf8 {
            switch byte {
            case UInt8(ascii: "%"), UInt8(ascii: "/"), UInt8(ascii: ":"), ..<0x20, 0x7F...:
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: encoded.append(byte)
            }
        }
        // What ZooKeeper takes for something else.
        if encoded == [UInt8(ascii: ".")] { return "%2E" }
        if encoded == [UInt8(ascii: "."), UInt8(ascii: ".")] { return "%2E%2E" }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// nil for what is no encoded text.
    static func decoded(_ part: Substring) -> String? {
        var decoded: [UInt8] = []
        var bytes = part.utf8.makeIterator()
        while let byte = bytes.next() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = bytes.next().flatMap(value), let low = bytes.next().flatMap(value) else { return nil }
            decoded.append(high << 4 | low)
        }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    private static let digits = Array("0123456789ABCDEF".utf8)
}
