import LivenessCore

/// The fields of one heartbeat.
///
/// `null` is as good as nothing for every field that may be left out.
extension HeartbeatScanner {
    /// Reads an object that begins here.
    ///
    /// One that `isAlone` is the whole document: its name comes from the path, and it may be `durable`.
    mutating func scanFields(
        _ bytes: RawSpan,
        _ entry: inout HeartbeatBatch.Entry,
        isAlone: Bool
    ) throws(DocumentError) {
        try cursor.expect(bytes, "{")
        cursor.skipSpace(bytes)
        if cursor.take(bytes, UInt8(ascii: "}")) { return }
        repeat {
            cursor.skipSpace(bytes)
            let key = try cursor.text(bytes)
            cursor.skipSpace(bytes)
            try cursor.expect(bytes, ":")
            cursor.skipSpace(bytes)
            switch HeartbeatField(bytes, key) {
            case .host where !isAlone: entry.host = try name(bytes, .host, &entry)
            case .binary where !isAlone: entry.binary = try name(bytes, .binary, &entry)
            case .topic: entry.topic = try name(bytes, .topic, &entry)
            case .zone: entry.zone = try name(bytes, .zone, &entry)
            case .worker: entry.worker = try name(bytes, .worker, &entry)
            case .incarnation: entry.incarnation = try incarnation(bytes, &entry)
            case .sequence: try sequence(bytes, &entry)
            case .version: try version(bytes, &entry)
            case .reportInterval: try interval(bytes, &entry)
            case .register:
                entry.register = try boolean(bytes) ?? wrongType(&entry, .register, "true or false", false)
            case .durable where isAlone:
                isDurable = try boolean(bytes) ?? wrongType(&entry, .durable, "true or false", false)
            default: try cursor.skipValue(bytes)
            }
            cursor.skipSpace(bytes)
        } while cursor.take(bytes, UInt8(ascii: ","))
        try cursor.expect(bytes, "}")
    }

    /// Reads `true`, `false` or (as false) `null`; any other value is skipped and answered nil.
    mutating func boolean(_ bytes: RawSpan) throws(DocumentError) -> Bool? {
        switch cursor.peek(bytes) {
        case UInt8(ascii: "t"):
            try cursor.word(bytes, "true")
            return true
        case UInt8(ascii: "f"):
            try cursor.word(bytes, "false")
            return false
        case UInt8(ascii: "n"):
            try cursor.word(bytes, "null")
            return false
        default:
            try cursor.skipValue(bytes)
            return nil
        }
    }

    private mutating func wrongType<Value>(
        _ entry: inout HeartbeatBatch.Entry,
        _ field: HeartbeatField,
        _ expected: String,
        _ value: Value
    ) -> Value {
        flaw(&entry, .malformed, "\(field.rawValue) is not \(expected)")
        return value
    }

    // MARK: Text

    /// A string that begins here; nil for null and, with a flaw, for everything else.
    @inline(__always)
    private mutating func text(
        _ bytes: RawSpan,
        _ field: HeartbeatField,
        _ entry: inout HeartbeatBatch.Entry
    ) throws(DocumentError) -> JSONCursor.Text? {
        if cursor.peek(bytes) == UInt8(ascii: "\"") { return try cursor.text(bytes) }
        if cursor.peek(bytes) == UInt8(ascii: "n") {
            try cursor.word(bytes, "null")
            return nil
        }
        try cursor.skipValue(bytes)
        return wrongType(&entry, field, "a string", nil)
    }

    @inline(__always)
    private mutating func name(
        _ bytes: RawSpan,
        _ field: HeartbeatField,
        _ entry: inout HeartbeatBatch.Entry
    ) throws(DocumentError) -> HeartbeatBatch.Slice {
        guard let text = try text(bytes, field, &entry) else { return .none }
        let longest = field == .worker ? NameRule.longestWorker : NameRule.longestName
        guard text.isPlain, text.count <= longest, text.count > 0 else {
            return try unusualName(bytes, text, field, &entry)
        }
        return HeartbeatBatch.Slice(
            offset: UInt32(truncatingIfNeeded: text.start),
            count: UInt16(truncatingIfNeeded: text.count)
        )
    }

    @inline(never)
    private mutating func unusualName(
        _ bytes: RawSpan,
        _ text: JSONCursor.Text,
        _ field: HeartbeatField,
        _ entry: inout HeartbeatBatch.Entry
    ) throws(DocumentError) -> HeartbeatBatch.Slice {
        guard let unescaped = JSONUnescaping.unescape(bytes, text) else {
            throw cursor.malformed("half of a surrogate pair in a string")
        }
        return name(unescaped, field, &entry)
    }

    /// Checks a name and puts it behind the document.
    mutating func name(
        _ name: [UInt8],
        _ field: HeartbeatField,
        _ entry: inout HeartbeatBatch.Entry
    ) -> HeartbeatBatch.Slice {
        let longest = field == .worker ? NameRule.longestWorker : NameRule.longestName
        guard name.count <= longest else {
            flaw(&entry, .nameTooLong, "\(field.rawValue) has \(name.count) bytes, and \(longest) are the most")
            return .none
        }
        guard !name.isEmpty else {
            if field != .worker { flaw(&entry, .malformed, "\(field.rawValue) is empty") }
            return .none
        }
        if let wrong = NameText.flaw(name) {
            flaw(&entry, .malformed, "\(field.rawValue) \(wrong)")
            return .none
        }
        return append(name)
    }

    private mutating func append(_ text: [UInt8]) -> HeartbeatBatch.Slice {
        let slice = HeartbeatBatch.Slice(
            offset: UInt32(clamping: documentCount + extra.count),
            count: UInt16(clamping: text.count)
        )
        extra += text
        return slice
    }

    @inline(__always)
    private mutating func incarnation(
        _ bytes: RawSpan,
        _ entry: inout HeartbeatBatch.Entry
    ) throws(DocumentError) -> HeartbeatBatch.Slice {
        guard let text = try text(bytes, .incarnation, &entry) else { return .none }
        guard text.count > 0, text.count <= NameRule.longestIncarnation,
            NameText.isIncarnation(bytes, text.start..<text.end)
        else {
            if text.isEscaped, let unescaped = JSONUnescaping.unescape(bytes, text),
                (1...NameRule.longestIncarnation).contains(unescaped.count),
                unescaped.allSatisfy(NameText.isIncarnation)
            {
                return append(unescaped)
            }
            flaw(
                &entry,
                .malformed,
                "incarnation is not 1 to \(NameRule.longestIncarnation) characters of [A-Za-z0-9._-]"
            )
            return .none
        }
        return HeartbeatBatch.Slice(
            offset: UInt32(truncatingIfNeeded: text.start),
            count: UInt16(truncatingIfNeeded: text.count)
        )
    }

    // MARK: Numbers

    /// A number that begins here; nil for null and, with a flaw, for everything else.
    @inline(__always)
    private mutating func number(
        _ bytes: RawSpan,
        _ field: HeartbeatField,
        _ entry: inout HeartbeatBatch.Entry
    ) throws(DocumentError) -> JSONNumber? {
        switch cursor.peek(bytes) {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): return try cursor.number(bytes)
        case UInt8(ascii: "n"):
            try cursor.word(bytes, "null")
            return nil
        default:
            try cursor.skipValue(bytes)
            return wrongType(&entry, field, "a number", nil)
        }
    }

    @inline(__always)
    private mutating func sequence(
        _ bytes: RawSpan,
        _ entry: inout HeartbeatBatch.Entry
    ) throws(DocumentError) {
        entry.sequence = HeartbeatBatch.Entry.noSequence
        guard let number = try number(bytes, .sequence, &entry) else { return }
        guard let value = number.integer(bytes, atMost: NameRule.largestSequence) else {
            flaw(&entry, .malformed, "sequence is not a whole number from 0 to \(NameRule.largestSequence)")
            return
        }
        entry.sequence = value
    }

    @inline(__always)
    private mutating func version(
        _ bytes: RawSpan,
        _ entry: inout HeartbeatBatch.Entry
    ) throws(DocumentError) {
        entry.version = -1
        guard let number = try number(bytes, .version, &entry) else { return }
        guard let value = number.integer(bytes, atMost: UInt64(Int32.max)) else {
            flaw(&entry, .malformed, "version is not a whole number from 0 to \(Int32.max)")
            return
        }
        entry.version = Int32(truncatingIfNeeded: value)
    }

    @inline(__always)
    private mutating func interval(
        _ bytes: RawSpan,
        _ entry: inout HeartbeatBatch.Entry
    ) throws(DocumentError) {
        entry.interval = 0
        guard let number = try number(bytes, .reportInterval, &entry) else { return }
        guard let value = number.microseconds(bytes, within: 50_000...3_600_000_000) else {
            flaw(&entry, .invalidInterval, "report_interval is not from 0.05 to 3600 seconds")
            return
        }
        entry.interval = UInt32(truncatingIfNeeded: value)
    }
}
