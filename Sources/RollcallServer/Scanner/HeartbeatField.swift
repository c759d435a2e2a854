/// The keys of a heartbeat, told apart by their length and their bytes as one or two words.
enum HeartbeatField: String, CaseIterable {
    case host, binary, topic, zone, version, worker, incarnation, sequence
    case reportInterval = "report_interval"
    case register
    /// Only where a heartbeat is a document of its own.
    case durable
    case other = ""

    /// What its value is.
    enum Kind {
        case text, number, boolean, unknown

        var expected: String? {
            switch self {
            case .text: "a string"
            case .number: "a number"
            case .boolean: "true or false"
            case .unknown: nil
            }
        }
    }

    /// In a heartbeat that is the whole document the path has the name, and it may be `durable`.
    @inline(__always)
    func kind(isAlone: Bool) -> Kind {
        switch self {
        case .host, .binary: isAlone ? .unknown : .text
        case .topic, .zone, .worker, .incarnation: .text
        case .sequence, .version, .reportInterval: .number
        case .register: .boolean
        case .durable: isAlone ? .boolean : .unknown
        case .other: .unknown
        }
    }

    @inline(__always)
    init(_ bytes: RawSpan, _ key: JSONCursor.Text) {
        if key.isEscaped {
            self.init(escaped: bytes, key)
            return
        }
        guard key.start &+ 16 <= bytes.byteCount else {
            self.init(slowly: bytes, key)
            return
        }
        let first = JSONCursor.word(bytes, key.start)
        let isLong = key.count > 8
        let mask = isLong ? ~0 : ~0 &>> UInt64(truncatingIfNeeded: (8 &- key.count) &* 8)
        let rest = isLong ? JSONCursor.word(bytes, key.start &+ 8) & 0xFF_FFFF_FFFF_FFFF : 0
        switch first & mask {
        case 0x7473_6F68: self = key.count == 4 ? .host : .other
        case 0x7972_616E_6962: self = key.count == 6 ? .binary : .other
        case 0x63_6970_6F74: self = key.count == 5 ? .topic : .other
        case 0x656E_6F7A: self = key.count == 4 ? .zone : .other
        case 0x6E_6F69_7372_6576: self = key.count == 7 ? .version : .other
        case 0x7265_6B72_6F77: self = key.count == 6 ? .worker : .other
        case 0x7461_6E72_6163_6E69: self = key.count == 11 && rest & 0xFF_FFFF == 0x6E_6F69 ? .incarnation : .other
        case 0x6563_6E65_7571_6573: self = key.count == 8 ? .sequence : .other
        case 0x695F_7472_6F70_6572: self = key.count == 15 && rest == 0x6C_6176_7265_746E ? .reportInterval : .other
        case 0x7265_7473_6967_6572: self = key.count == 8 ? .register : .other
        case 0x65_6C62_6172_7564: self = key.count == 7 ? .durable : .other
        default: self = .other
        }
    }

    /// Goes past a key and its colon.
    @inline(__always)
    static func next(_ bytes: RawSpan, _ cursor: inout JSONCursor) throws(DocumentError) -> HeartbeatField {
        if let field = known(bytes, &cursor) { return field }
        // A copy, so that the caller's need not have an address.
        var slow = cursor
        let key = try slow.key(bytes)
        cursor = slow
        return HeartbeatField(bytes, key)
    }

    /// Goes past a known key and its colon, if they stand here without spaces or escapes; else stays where it is.
    @inline(__always)
    private static func known(_ bytes: RawSpan, _ cursor: inout JSONCursor) -> HeartbeatField? {
        let start = cursor.position &+ 1
        guard start &+ 24 <= bytes.byteCount, cursor.peek(bytes) == UInt8(ascii: "\"") else { return nil }
        let quotes = ByteWord.equal(JSONCursor.word(bytes, start), UInt8(ascii: "\""))
        var count = ByteWord.lowest(quotes)
        if quotes == 0 {
            let later = ByteWord.equal(JSONCursor.word(bytes, start &+ 8), UInt8(ascii: "\""))
            if later == 0 { return nil }
            count = 8 &+ ByteWord.lowest(later)
        }
        let key = JSONCursor.Text(start: start, end: start &+ count, isEscaped: false, isPlain: true)
        let field = HeartbeatField(bytes, key)
        guard field != .other, JSONCursor.byte(bytes, start &+ count &+ 1) == UInt8(ascii: ":") else { return nil }
        cursor.position = start &+ count &+ 2
        return field
    }

    /// Near the end of the document, where two whole words cannot be read.
    private init(slowly bytes: RawSpan, _ key: JSONCursor.Text) {
        self =
            Self.allCases.first { field in
                field != .other && field.rawValue.utf8.count == key.count
                    && zip(field.rawValue.utf8, key.start..<key.end).allSatisfy { $0 == JSONCursor.byte(bytes, $1) }
            } ?? .other
    }

    private init(escaped bytes: RawSpan, _ key: JSONCursor.Text) {
        let text = JSONUnescaping.unescape(bytes, key).map { String(decoding: $0, as: UTF8.self) } ?? ""
        self = Self(rawValue: text) ?? .other
    }
}
