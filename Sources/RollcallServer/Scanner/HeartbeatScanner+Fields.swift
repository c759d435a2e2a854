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
        // A copy of our own can live in a register, where the next position is to be had without a load.
        var cursor = cursor
        defer { self.cursor = cursor }
        try cursor.expect(bytes, "{")
        cursor.skipSpace(bytes)
        if cursor.take(bytes, UInt8(ascii: "}")) { return }
        var rank = 0
        var isLast = false
        while !isLast {
            let start = cursor.position
            if rank < memos.count, !memos[rank].varies, memos[rank].isWhole(bytes, at: start) {
                memos[rank].copy(to: &entry, at: start)
                cursor.position = start &+ memos[rank].count
                isLast = memos[rank].isLast
            } else {
                isLast = try scanField(bytes, &cursor, rank, &entry, isAlone: isAlone)
            }
            rank &+= 1
        }
    }

    /// Reads a field, the space around it and the comma or brace that ends it.
    ///
    /// Its `rank` is how many fields of the entry come before it.
    ///
    /// - Returns: whether it is the last one of its entry.
    /// - Throws: what makes the document no JSON.
    @inline(__always)
    private mutating func scanField(
        _ bytes: RawSpan,
        _ cursor: inout JSONCursor,
        _ rank: Int,
        _ entry: inout HeartbeatBatch.Entry,
        isAlone: Bool
    ) throws(DocumentError) -> Bool {
        let start = cursor.position
        let isKnown = rank < memos.count && memos[rank].isKey(bytes, at: start)
        let field: HeartbeatField
        if isKnown {
            memos[rank].varies = true
            field = memos[rank].field
            cursor.position = start &+ memos[rank].keyCount
        } else {
            cursor.skipSpace(bytes)
            field = try HeartbeatField.next(bytes, &cursor)
        }
        cursor.skipSpace(bytes)
        let keyCount = cursor.position &- start
        let kind = field.kind(isAlone: isAlone)
        var said: FieldMemo.Value?
        switch cursor.peek(bytes) {
        case UInt8(ascii: "\"") where kind == .text:
            let text = try cursor.text(bytes)
            try take(text, field, bytes, &entry)
            if text.isPlain, text.count > 0 { said = .text(offset: text.start &- start, count: text.count) }
        case UInt8(ascii: "0")...UInt8(ascii: "9") where kind == .number:
            try take(cursor.number(bytes), field, bytes, &entry)
            said = .number(entry.number(field))
        default:
            // A copy, so that ours need not have an address.
            var slow = cursor
            try takeUnusual(field, kind, bytes, &slow, &entry)
            cursor = slow
        }
        cursor.skipSpace(bytes)
        let isLast = !cursor.take(bytes, UInt8(ascii: ","))
        if isLast { try cursor.expect(bytes, "}") }
        if !isKnown, !isAlone {
            if entry.flaw != nil { said = nil }
            let count = cursor.position &- start
            remember(FieldMemo(field, start, keyCount: keyCount, count: count, said, isLast: isLast), rank)
        }
        return isLast
    }

    /// Notes what a field said, for the entries that follow.
    @inline(never)
    private mutating func remember(_ memo: FieldMemo, _ rank: Int) {
        if rank < memos.count {
            memos[rank] = memo
        } else if rank == memos.count, rank < HeartbeatField.allCases.count {
            memos.append(memo)
        }
    }

    @inline(__always)
    private mutating func take(
        _ text: JSONCursor.Text,
        _ field: HeartbeatField,
        _ bytes: RawSpan,
        _ entry: inout HeartbeatBatch.Entry
    ) throws(DocumentError) {
        switch field {
        case .host: entry.host = try name(bytes, text, .host, &entry)
        case .binary: entry.binary = try name(bytes, text, .binary, &entry)
        case .topic: entry.topic = try name(bytes, text, .topic, &entry)
        case .zone: entry.zone = try name(bytes, text, .zone, &entry)
        case .worker: entry.worker = try name(bytes, text, .worker, &entry)
        case .incarnation: entry.incarnation = incarnation(bytes, text, &entry)
        default: break
        }
    }

    @inline(__always)
    private mutating func take(
        _ number: JSONNumber,
        _ field: HeartbeatField,
        _ bytes: RawSpan,
        _ entry: inout HeartbeatBatch.Entry
    ) {
        switch field {
        case .sequence: sequence(bytes, number, &entry)
        case .version: version(bytes, number, &entry)
        case .reportInterval: interval(bytes, number, &entry)
        default: break
        }
    }

    /// Reads a value that is not the text or the plain number that its field mostly has.
    @inline(never)
    private mutating func takeUnusual(
        _ field: HeartbeatField,
        _ kind: HeartbeatField.Kind,
        _ bytes: RawSpan,
        _ cursor: inout JSONCursor,
        _ entry: inout HeartbeatBatch.Entry
    ) throws(DocumentError) {
        let first = cursor.peek(bytes)
        if kind == .number, first == UInt8(ascii: "-") {
            return try take(cursor.number(bytes), field, bytes, &entry)
        }
        if kind == .boolean, first == UInt8(ascii: "t") {
            try cursor.word(bytes, "true")
            return set(field, true, &entry)
        }
        clear(field, kind, &entry)
        switch first {
        case UInt8(ascii: "n"): return try cursor.word(bytes, "null")
        case UInt8(ascii: "f") where kind == .boolean: return try cursor.word(bytes, "false")
        default: try cursor.skipValue(bytes)
        }
        if let expected = kind.expected { flaw(&entry, .malformed, "\(field.rawValue) is not \(expected)") }
    }

    /// As if the field had not been stated.
    private mutating func clear(
        _ field: HeartbeatField,
        _ kind: HeartbeatField.Kind,
        _ entry: inout HeartbeatBatch.Entry
    ) {
        guard kind != .unknown else { return }
        switch field {
        case .host: entry.host = .none
        case .binary: entry.binary = .none
        case .topic: entry.topic = .none
        case .zone: entry.zone = .none
        case .worker: entry.worker = .none
        case .incarnation: entry.incarnation = .none
        case .sequence: entry.sequence = HeartbeatBatch.Entry.noSequence
        case .version: entry.version = -1
        case .reportInterval: entry.interval = 0
        case .register, .durable: set(field, false, &entry)
        case .other: break
        }
    }

    private mutating func set(_ field: HeartbeatField, _ value: Bool, _ entry: inout HeartbeatBatch.Entry) {
        if field == .register { entry.register = value } else { isDurable = value }
    }

    // MARK: Text

    @inline(__always)
    private mutating func name(
        _ bytes: RawSpan,
        _ text: JSONCursor.Text,
        _ field: HeartbeatField,
        _ entry: inout HeartbeatBatch.Entry
    ) throws(DocumentError) -> HeartbeatBatch.Slice {
        guard text.isPlain, text.count <= longest(field), text.count > 0 else {
            return try unusualName(bytes, text, field, &entry)
        }
        return slice(text)
    }

    @inline(never)
    private mutating func unusualName(
        _ bytes: RawSpan,
        _ text: JSONCursor.Text,
        _ field: HeartbeatField,
        _ entry: inout HeartbeatBatch.Entry
    ) throws(DocumentError) -> HeartbeatBatch.Slice {
        guard text.count <= longest(field) * JSONUnescaping.longestEscape else {
            flaw(&entry, .nameTooLong, "\(field.rawValue) has more than \(longest(field)) bytes")
            return .none
        }
        guard let unescaped = JSONUnescaping.unescape(bytes, text) else {
            throw .malformed("half of a surrogate pair in a string", offset: text.start)
        }
        return name(unescaped, field, &entry)
    }

    /// The most bytes of a name.
    @inline(__always)
    private func longest(_ field: HeartbeatField) -> Int {
        field == .worker ? NameRule.longestWorker : NameRule.longestName
    }

    /// Checks a name and puts it behind the document.
    mutating func name(
        _ name: [UInt8],
        _ field: HeartbeatField,
        _ entry: inout HeartbeatBatch.Entry
    ) -> HeartbeatBatch.Slice {
        let longest = longest(field)
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
        _ text: JSONCursor.Text,
        _ entry: inout HeartbeatBatch.Entry
    ) -> HeartbeatBatch.Slice {
        guard text.isWord, text.count > 0, text.count <= NameRule.longestIncarnation else {
            return unusualIncarnation(bytes, text, &entry)
        }
        return slice(text)
    }

    @inline(never)
    private mutating func unusualIncarnation(
        _ bytes: RawSpan,
        _ text: JSONCursor.Text,
        _ entry: inout HeartbeatBatch.Entry
    ) -> HeartbeatBatch.Slice {
        let counts = 1...NameRule.longestIncarnation
        if !text.isEscaped {
            let place = text.start..<text.end
            if counts.contains(text.count), place.allSatisfy({ NameText.isIncarnation(JSONCursor.byte(bytes, $0)) }) {
                return slice(text)
            }
        } else if text.count <= NameRule.longestIncarnation * JSONUnescaping.longestEscape,
            let unescaped = JSONUnescaping.unescape(bytes, text),
            counts.contains(unescaped.count), unescaped.allSatisfy(NameText.isIncarnation)
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

    @inline(__always)
    private func slice(_ text: JSONCursor.Text) -> HeartbeatBatch.Slice {
        HeartbeatBatch.Slice(
            offset: UInt32(truncatingIfNeeded: text.start),
            count: UInt16(truncatingIfNeeded: text.count)
        )
    }

    // MARK: Numbers

    @inline(__always)
    private mutating func sequence(_ bytes: RawSpan, _ number: JSONNumber, _ entry: inout HeartbeatBatch.Entry) {
        guard let value = number.integer(bytes, atMost: NameRule.largestSequence) else {
            entry.sequence = HeartbeatBatch.Entry.noSequence
            flaw(&entry, .malformed, "sequence is not a whole number from 0 to \(NameRule.largestSequence)")
            return
        }
        entry.sequence = value
    }

    @inline(__always)
    private mutating func version(_ bytes: RawSpan, _ number: JSONNumber, _ entry: inout HeartbeatBatch.Entry) {
        guard let value = number.integer(bytes, atMost: UInt64(Int32.max)) else {
            entry.version = -1
            flaw(&entry, .malformed, "version is not a whole number from 0 to \(Int32.max)")
            return
        }
        entry.version = Int32(truncatingIfNeeded: value)
    }

    @inline(__always)
    private mutating func interval(_ bytes: RawSpan, _ number: JSONNumber, _ entry: inout HeartbeatBatch.Entry) {
        guard let value = number.microseconds(bytes, within: 50_000...3_600_000_000) else {
            entry.interval = 0
            flaw(&entry, .invalidInterval, "report_interval is not from 0.05 to 3600 seconds")
            return
        }
        entry.interval = UInt32(truncatingIfNeeded: value)
    }
}
