import LivenessCore
import LivenessEngine
import NIOCore

/// Server-sent events, as the HTML standard has them: lines of `field: value`, and an empty line after each event.
struct WatchEvents {
    private var json = JSONWriter()

    var isEmpty: Bool { json.count == 0 }
    var bytes: ByteBuffer { ByteBuffer(bytes: json.bytes) }

    /// The same as a chunk of a reply (RFC 9112, 7.1); nothing where there is nothing: an empty chunk ends a reply.
    var chunk: ByteBuffer {
        guard !isEmpty else { return ByteBuffer() }
        var chunk = ByteBuffer()
        chunk.reserveCapacity(json.count + 20)
        chunk.writeString(String(json.count, radix: 16))
        chunk.writeStaticString("\r\n")
        chunk.writeBytes(json.bytes)
        chunk.writeStaticString("\r\n")
        return chunk
    }

    /// A row of the log; its revision is what a client that reconnects has seen last.
    mutating func change(_ row: Transition) {
        json.raw("id: ")
        json.integer(row.revision)
        json.raw("\nevent: change\ndata: ")
        json.transition(row)
        json.raw("\n\n")
    }

    /// The last event of a snapshot, which alone has an id: who is cut off before begins anew.
    struct SnapshotEnd {
        /// Something of it is not what the log says: who goes on from its revision elsewhere may never be told that it ended.
        var isInDoubt: Bool
    }

    /// Services of a snapshot.
    mutating func snapshot(
        _ services: [UInt32],
        _ writer: inout ServiceWriter,
        _ head: LogHead,
        _ end: SnapshotEnd?
    ) {
        if end != nil {
            json.raw("id: ")
            json.integer(head.revision)
            json.raw("\n")
        }
        json.raw("event: snapshot\ndata: {\"services\":[")
        for (offset, service) in services.enumerated() {
            if offset > 0 { json.raw(",") }
            writer.write(service, to: &json)
        }
        json.raw("],\"revision\":")
        json.integer(head.revision)
        json.raw(",\"log_id\":")
        json.text(head.logID)
        json.raw(",\"complete\":")
        json.bool(end != nil)
        if let end {
            json.raw(",\"in_doubt\":")
            json.bool(end.isInDoubt)
        }
        json.raw("}\n\n")
    }

    /// What stands behind this daemon is lost, or back.
    mutating func health(_ readiness: LivenessEngine.Readiness) {
        let isLost = readiness.isDatabaseLost || readiness.isDriverLost
        json.raw(isLost ? "event: degraded\ndata: {\"database\":" : "event: recovered\ndata: {\"database\":")
        json.word(readiness.isDatabaseLost ? "lost" : "ok")
        json.raw(",\"driver\":")
        json.word(readiness.isDriverLost ? "lost" : "ok")
        json.raw(",\"since\":")
        json.time(readiness.since)
        json.raw("}\n\n")
    }

    /// The last words to who reads too slowly.
    mutating func lagging(behind: Int64, _ head: LogHead) {
        json.raw("event: lagging\ndata: {\"behind\":")
        json.integer(behind)
        json.raw(",\"revision\":")
        json.integer(head.revision)
        json.raw("}\n\n")
    }

    /// All was told that had happened so long after this watch began: who reads it knows how old its news is, whatever
    /// the clocks of both show.
    mutating func toldAll(after elapsed: Duration) {
        json.raw(": ")
        json.seconds(elapsed)
        json.raw("\n\n")
    }

    /// Says nothing, and shows that the connection lives.
    mutating func comment() {
        json.raw(": nothing new\n\n")
    }
}
