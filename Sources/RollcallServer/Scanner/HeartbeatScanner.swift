import LivenessCore

/// Reads heartbeats out of a JSON document without making a `String`, an allocation or a decoder for any of them.
///
/// What comes out are slices of the document itself. Text with a backslash is the exception: it is unescaped and
/// appended to the bytes. A document that is not JSON, is not UTF-8 or has the wrong shape is refused as a whole; an
/// entry with a wrong field only gets a flaw and spoils no other. Of a key that comes twice the last value counts;
/// unknown keys are skipped.
package struct HeartbeatScanner {
    /// Heartbeats in one call.
    package static let mostEntries = 10_000
    /// Bytes of a heartbeat with few fields, for the first allocation.
    private static let shortEntry = 160

    var cursor = JSONCursor()
    var entries: [HeartbeatBatch.Entry] = []
    var flawMessages: [HeartbeatBatch.FlawMessage] = []
    /// What the fields of earlier entries said, by their rank.
    var memos: [FieldMemo] = []
    /// Unescaped text; it goes behind the document.
    var extra: [UInt8] = []
    var isDurable = false
    let documentCount: Int

    private init(_ documentCount: Int) {
        self.documentCount = documentCount
    }

    /// Reads the body of `POST /v1/heartbeats`.
    package static func scan(_ body: [UInt8]) throws(DocumentError) -> HeartbeatDocument {
        var scanner = HeartbeatScanner(body.count)
        scanner.entries.reserveCapacity(min(body.count / shortEntry + 1, mostEntries))
        let bytes = body.span.bytes
        try checkUTF8(body)
        try scanner.scanDocument(bytes)
        return scanner.document(body)
    }

    /// Reads the body of `PUT /v1/services/{host}/{binary}/heartbeat`, which may be empty.
    ///
    /// The name comes from the path and is checked like any other.
    package static func scan(
        _ body: [UInt8],
        host: some Collection<UInt8>,
        binary: some Collection<UInt8>
    ) throws(DocumentError) -> HeartbeatDocument {
        var scanner = HeartbeatScanner(body.count)
        let bytes = body.span.bytes
        try checkUTF8(body)
        var entry = HeartbeatBatch.Entry()
        entry.host = scanner.name(Array(host), .host, &entry)
        entry.binary = scanner.name(Array(binary), .binary, &entry)
        scanner.cursor.skipSpace(bytes)
        if scanner.cursor.position < body.count {
            guard scanner.cursor.peek(bytes) == UInt8(ascii: "{") else {
                throw scanner.cursor.malformed("the document is not an object")
            }
            try scanner.scanFields(bytes, &entry, isAlone: true)
            try scanner.expectEnd(bytes)
        }
        scanner.entries.append(entry)
        return scanner.document(body)
    }

    private func document(_ body: [UInt8]) -> HeartbeatDocument {
        var batch = HeartbeatBatch(bytes: body, entries: entries)
        if !extra.isEmpty { batch.bytes += extra }
        batch.flawMessages = flawMessages
        return HeartbeatDocument(batch: batch, isDurable: isDurable)
    }

    private static func checkUTF8(_ body: [UInt8]) throws(DocumentError) {
        guard !isASCII(body.span.bytes) else { return }
        do {
            _ = try UTF8Span(validating: body.span)
        } catch {
            throw .malformed("the document is not UTF-8", offset: error.byteOffsets.lowerBound)
        }
    }

    private static func isASCII(_ bytes: RawSpan) -> Bool {
        guard bytes.byteCount >= 64 else {
            return bytes.byteOffsets.allSatisfy { JSONCursor.byte(bytes, $0) < 0x80 }
        }
        var seen = SIMD8<UInt64>.zero
        // The last 64 bytes may overlap with those before.
        let last = bytes.byteCount &- 64
        var offset = 0
        while true {
            seen |= bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: SIMD8<UInt64>.self)
            if offset == last { break }
            offset = min(offset &+ 64, last)
        }
        return (seen & ByteWord.highs) == .zero
    }

    private mutating func scanDocument(_ bytes: RawSpan) throws(DocumentError) {
        cursor.skipSpace(bytes)
        guard cursor.take(bytes, UInt8(ascii: "{")) else { throw cursor.malformed("the document is not an object") }
        var hasHeartbeats = false
        cursor.skipSpace(bytes)
        if !cursor.take(bytes, UInt8(ascii: "}")) {
            repeat {
                cursor.skipSpace(bytes)
                let key = try cursor.key(bytes)
                cursor.skipSpace(bytes)
                switch Self.key(bytes, key) {
                case "heartbeats":
                    hasHeartbeats = true
                    try scanEntries(bytes)
                case "durable":
                    isDurable = try durable(bytes)
                default: try cursor.skipValue(bytes)
                }
                cursor.skipSpace(bytes)
            } while cursor.take(bytes, UInt8(ascii: ","))
            try cursor.expect(bytes, "}")
        }
        try expectEnd(bytes)
        guard hasHeartbeats else { throw cursor.malformed("heartbeats is missing") }
    }

    /// Reads `true`, `false` or (as false) `null`.
    private mutating func durable(_ bytes: RawSpan) throws(DocumentError) -> Bool {
        switch cursor.peek(bytes) {
        case UInt8(ascii: "t"): try cursor.word(bytes, "true")
        case UInt8(ascii: "f"):
            try cursor.word(bytes, "false")
            return false
        case UInt8(ascii: "n"):
            try cursor.word(bytes, "null")
            return false
        default: throw cursor.malformed("durable is not true or false")
        }
        return true
    }

    /// A key of the outermost object: few enough for a `String`.
    private static func key(_ bytes: RawSpan, _ text: JSONCursor.Text) -> String {
        guard text.count <= 64, let unescaped = JSONUnescaping.unescape(bytes, text) else { return "" }
        return String(decoding: unescaped, as: UTF8.self)
    }

    private mutating func scanEntries(_ bytes: RawSpan) throws(DocumentError) {
        entries.removeAll(keepingCapacity: true)
        flawMessages.removeAll(keepingCapacity: true)
        guard cursor.take(bytes, UInt8(ascii: "[")) else { throw cursor.malformed("heartbeats is not an array") }
        cursor.skipSpace(bytes)
        if cursor.take(bytes, UInt8(ascii: "]")) { return }
        repeat {
            cursor.skipSpace(bytes)
            guard entries.count < Self.mostEntries else { throw .tooManyEntries }
            var entry = HeartbeatBatch.Entry()
            if cursor.peek(bytes) == UInt8(ascii: "{") {
                try scanFields(bytes, &entry, isAlone: false)
                if entry.flaw == nil {
                    if entry.host.count == 0 {
                        flaw(&entry, .malformed, "host is missing")
                    } else if entry.binary.count == 0 {
                        flaw(&entry, .malformed, "binary is missing")
                    }
                }
            } else {
                try cursor.skipValue(bytes)
                flaw(&entry, .malformed, "a heartbeat is an object")
            }
            entries.append(entry)
            cursor.skipSpace(bytes)
        } while cursor.take(bytes, UInt8(ascii: ","))
        try cursor.expect(bytes, "]")
    }

    private mutating func expectEnd(_ bytes: RawSpan) throws(DocumentError) {
        cursor.skipSpace(bytes)
        guard cursor.position == bytes.byteCount else { throw cursor.malformed("something follows the document") }
    }

    /// Notes what is wrong with an entry; the first flaw is the one that is told.
    mutating func flaw(_ entry: inout HeartbeatBatch.Entry, _ flaw: HeartbeatRejection, _ message: String) {
        guard entry.flaw == nil else { return }
        entry.flaw = flaw
        flawMessages.append(HeartbeatBatch.FlawMessage(position: entries.count, text: message))
    }
}
