import LivenessCore

/// What a field said in an earlier entry.
///
/// The heartbeats of one call mostly have the same keys in the same order, and many of the same values. The same bytes
/// mean the same: where they stand again they are compared, eight at a time, and not read.
struct FieldMemo {
    enum Value {
        /// Plain text: where it begins after the field's own beginning, and its bytes.
        case text(offset: Int, count: Int)
        /// A sequence, a version, or an interval in microseconds.
        case number(UInt64)
    }

    let field: HeartbeatField
    /// Where the field begins in the document: after the brace or the comma before it.
    let start: Int
    /// Bytes from there to its value.
    let keyCount: Int
    /// Bytes from there to behind the comma or the brace that ends it.
    let count: Int
    /// nil where only the key is worth remembering.
    let value: Value?
    /// A brace ends it, and the entry.
    let isLast: Bool
    /// The rest was different in another entry, or is not worth remembering: only the key is compared.
    var varies: Bool

    init(_ field: HeartbeatField, _ start: Int, keyCount: Int, count: Int, _ value: Value?, isLast: Bool) {
        self.field = field
        self.start = start
        self.keyCount = keyCount
        self.count = count
        self.value = value
        self.isLast = isLast
        varies = value == nil
    }

    /// Whether the whole field stands at `position` as it stood then.
    @inline(__always)
    func isWhole(_ bytes: RawSpan, at position: Int) -> Bool { Self.same(bytes, position, start, count) }

    /// Whether its key stands there.
    @inline(__always)
    func isKey(_ bytes: RawSpan, at position: Int) -> Bool { Self.same(bytes, position, start, keyCount) }

    /// Says the same of `entry`, whose field begins at `position`.
    @inline(__always)
    func copy(to entry: inout HeartbeatBatch.Entry, at position: Int) {
        switch value {
        case .text(let offset, let count):
            let slice = HeartbeatBatch.Slice(
                offset: UInt32(truncatingIfNeeded: position &+ offset),
                count: UInt16(truncatingIfNeeded: count)
            )
            switch field {
            case .host: entry.host = slice
            case .binary: entry.binary = slice
            case .topic: entry.topic = slice
            case .zone: entry.zone = slice
            case .worker: entry.worker = slice
            case .incarnation: entry.incarnation = slice
            default: break
            }
        case .number(let number):
            switch field {
            case .sequence: entry.sequence = number
            case .version: entry.version = Int32(truncatingIfNeeded: number)
            case .reportInterval: entry.interval = UInt32(truncatingIfNeeded: number)
            default: break
            }
        case nil: break
        }
    }

    /// Whether the same bytes stand at both places; also `false` so near the end that whole words cannot be read.
    @inline(__always)
    private static func same(_ bytes: RawSpan, _ one: Int, _ other: Int, _ count: Int) -> Bool {
        guard one &+ count &+ 8 <= bytes.byteCount else { return false }
        var offset = 0
        while offset &+ 8 <= count {
            if JSONCursor.word(bytes, one &+ offset) != JSONCursor.word(bytes, other &+ offset) { return false }
            offset &+= 8
        }
        let rest = count &- offset
        let difference = JSONCursor.word(bytes, one &+ offset) ^ JSONCursor.word(bytes, other &+ offset)
        return rest == 0 || difference &<< UInt64(truncatingIfNeeded: 64 &- 8 &* rest) == 0
    }
}

extension HeartbeatBatch.Entry {
    /// What one of its numbers is; 0 of a field that is none.
    func number(_ field: HeartbeatField) -> UInt64 {
        switch field {
        case .sequence: sequence
        case .version: UInt64(clamping: version)
        case .reportInterval: UInt64(interval)
        default: 0
        }
    }
}
