/// The keys of a heartbeat, told apart by their length and their bytes as one or two words.
enum HeartbeatField: String, CaseIterable {
    case host, binary, topic, zone, version, worker, incarnation, sequence
    case reportInterval = "report_interval"
    case register
    /// Only where a heartbeat is a document of its own.
    case durable
    case other = ""

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
        switch key.count {
        case 4:
            switch first & 0xFFFF_FFFF {
            case 0x7473_6F68: self = .host
            case 0x656E_6F7A: self = .zone
            default: self = .other
            }
        case 5: self = first & 0xFF_FFFF_FFFF == 0x63_6970_6F74 ? .topic : .other
        case 6:
            switch first & 0xFFFF_FFFF_FFFF {
            case 0x7972_616E_6962: self = .binary
            case 0x7265_6B72_6F77: self = .worker
            default: self = .other
            }
        case 7:
            switch first & 0xFF_FFFF_FFFF_FFFF {
            case 0x6E_6F69_7372_6576: self = .version
            case 0x65_6C62_6172_7564: self = .durable
            default: self = .other
            }
        case 8:
            switch first {
            case 0x6563_6E65_7571_6573: self = .sequence
            case 0x7265_7473_6967_6572: self = .register
            default: self = .other
            }
        case 11:
            let second = JSONCursor.word(bytes, key.start &+ 8) & 0xFF_FFFF
            self = first == 0x7461_6E72_6163_6E69 && second == 0x6E_6F69 ? .incarnation : .other
        case 15:
            let second = JSONCursor.word(bytes, key.start &+ 8) & 0xFF_FFFF_FFFF_FFFF
            self = first == 0x695F_7472_6F70_6572 && second == 0x6C_6176_7265_746E ? .reportInterval : .other
        default: self = .other
        }
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
