/// Builds the path and query of a request, every part percent-encoded.
struct RequestTarget {
    private(set) var text: String

    init(_ components: String...) { self.init(components) }

    init(_ components: [String]) {
        text = components.map { "/" + Self.encoded($0) }.joined()
    }

    /// Adds `name=value` for each value, in order.
    mutating func add(_ name: String, _ values: [String]) {
        for value in values {
            text += (text.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + name + "=" + Self.encoded(value)
        }
    }

    /// Adds `name=value` when there is a value.
    mutating func add(_ name: String, _ value: String?) {
        if let value { add(name, [value]) }
    }

    /// Everything but the unreserved characters of RFC 3986 as `%XX`, and dots too where they are all there is: a
    /// component of dots means another directory to whatever stands between.
    private static func encoded(_ component: String) -> String {
        let isDots = component.utf8.allSatisfy { $0 == UInt8(ascii: ".") }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(component.utf8.count)
        for byte in component.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            case UInt8(ascii: ".") where !isDots:
                bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "%"))
                bytes.append(hexDigit(byte >> 4))
                bytes.append(hexDigit(byte & 15))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
