/// Takes a stream of server-sent events apart, as the HTML standard has it (section 9.2.6).
///
/// Lines of `field: value`, an empty line behind each event, comments that begin with a colon; a line ends with LF, CR LF
/// or CR.
struct EventStreamDecoder {
    enum Item: Equatable {
        case event(name: String, id: String?, data: [UInt8])
        case comment(String)
    }

    /// The stream is not one, or an event of it is larger than any that a daemon sends.
    struct Malformed: Error {}

    /// Bytes of one line, and of one event's data.
    private static let most = 16 << 20

    private var line: [UInt8] = []
    /// The last byte was a CR: an LF behind it belongs to it.
    private var isBehindCR = false
    private var name = ""
    private var id: String?
    private var data: [UInt8] = []
    private var hasData = false

    /// The items that end in these bytes.
    mutating func take(_ bytes: some Sequence<UInt8>) throws(Malformed) -> [Item] {
        var items: [Item] = []
        for byte in bytes {
            let endsWithCR = isBehindCR
            isBehindCR = byte == UInt8(ascii: "\r")
            switch byte {
            case UInt8(ascii: "\n") where endsWithCR: break
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                if let item = try endLine() { items.append(item) }
            default:
                guard line.count < Self.most else { throw Malformed() }
                line.append(byte)
            }
        }
        return items
    }

    private mutating func endLine() throws(Malformed) -> Item? {
        defer { line.removeAll(keepingCapacity: true) }
        guard let first = line.first else { return endEvent() }
        if first == UInt8(ascii: ":") {
            return .comment(String(decoding: Self.value(line.dropFirst()), as: UTF8.self))
        }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        let value = Self.value(line[colon...].dropFirst())
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "event": name = String(decoding: value, as: UTF8.self)
        case "id": id = String(decoding: value, as: UTF8.self)
        case "data":
            guard data.count + value.count < Self.most else { throw Malformed() }
            if hasData { data.append(UInt8(ascii: "\n")) }
            data += value
            hasData = true
        default: break
        }
        return nil
    }

    private mutating func endEvent() -> Item? {
        defer {
            name = ""
            id = nil
            data = []
            hasData = false
        }
        return hasData ? .event(name: name, id: id, data: data) : nil
    }

    /// One space behind the colon is no part of the value.
    private static func value(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        bytes.first == UInt8(ascii: " ") ? bytes.dropFirst() : bytes
    }
}
