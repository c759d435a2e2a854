/// Acknowledgements of heartbeats that one sender asked for: no more bytes than the heartbeats had.
///
///      0  2  "RC"
///      2  1  version, 1
///      3  1  kind: 3
///      4  2  how many
///      6  2  0
///      8  8  id of the key, as in the heartbeats
///     16 24  for each: the first 8 bytes of the record's uuid, the last 4 of the sequence, 1 for what became of it
///            (0 counted, 1 not newer, 2 come with a whole heartbeat, 3 go to another daemon), 3 of 0, milliseconds until
///            its next heartbeat should come (4) and until it would be down without one (4)
///      … 16  the first half of the HMAC-SHA256 of all before; 0 without a key
package struct AcknowledgementDatagram: Hashable, Sendable {
    /// What became of a heartbeat.
    package enum Result: UInt8, Sendable {
        /// It counts.
        case counted
        /// One that is as new was there before.
        case repeated
        /// It does not count, or there is news: only a whole heartbeat is answered with what there is to know.
        case comeWhole
        /// It counts here, but this daemon has lost its back end: others do not hear of it.
        case goElsewhere
    }

    package struct Entry: Hashable, Sendable {
        package var record: UInt64
        package var sequence: UInt32
        package var result: Result
        /// Milliseconds.
        package var nextReportIn: UInt32
        /// Milliseconds.
        package var deadlineIn: UInt32

        package init(
            record: UInt64,
            sequence: UInt32,
            result: Result,
            nextReportIn: UInt32 = 0,
            deadlineIn: UInt32 = 0
        ) {
            self.record = record
            self.sequence = sequence
            self.result = result
            self.nextReportIn = nextReportIn
            self.deadlineIn = deadlineIn
        }

        /// Whether it acknowledges that heartbeat.
        package func acknowledges(_ heartbeat: HeartbeatDatagram) -> Bool {
            record == heartbeat.record.high && sequence == UInt32(truncatingIfNeeded: heartbeat.sequence)
        }
    }

    /// As many as fit where datagrams are not taken apart on their way (1,280 bytes, the least that IPv6 carries, less its
    /// headers).
    package static let mostEntries = 49
    private static let headSize = 16
    private static let entrySize = 24

    package var keyID: UInt64
    package var entries: [Entry]

    package init(keyID: UInt64, entries: [Entry]) {
        self.keyID = keyID
        self.entries = entries
    }

    /// What stands in a datagram; nil where it is none of this version, or not signed with the key.
    package init?(_ bytes: RawSpan, signedBy key: DatagramKey?) {
        guard bytes.byteCount >= Self.headSize, DatagramKind(bytes) == .acknowledgement else { return nil }
        let count = Int(bytes.number(at: 4) as UInt16)
        let signedSize = Self.headSize + count * Self.entrySize
        guard count <= Self.mostEntries, bytes.byteCount == signedSize + DatagramKey.tagSize else { return nil }
        let tag = DatagramTag(high: bytes.number(at: signedSize), low: bytes.number(at: signedSize + 8))
        let expected = key?.tag(of: bytes.extracting(0..<signedSize)) ?? .none
        guard tag.isSame(as: expected) else { return nil }
        keyID = bytes.number(at: 8)
        entries = []
        for position in 0..<count {
            let place = Self.headSize + position * Self.entrySize
            guard let result = Result(rawValue: bytes.number(at: place + 12)) else { return nil }
            entries.append(
                Entry(
                    record: bytes.number(at: place),
                    sequence: bytes.number(at: place + 8),
                    result: result,
                    nextReportIn: bytes.number(at: place + 16),
                    deadlineIn: bytes.number(at: place + 20)
                )
            )
        }
    }

    /// The datagram, signed where there is a key; of more than `mostEntries`, the first.
    package func bytes(signedBy key: DatagramKey?) -> [UInt8] {
        let entries = entries.prefix(Self.mostEntries)
        var bytes = [UInt8](capacity: Self.headSize + entries.count * Self.entrySize) { output in
            output.begin(.acknowledgement)
            output.number(UInt16(entries.count))
            output.number(UInt16(0))
            output.number(keyID)
            for entry in entries {
                output.number(entry.record)
                output.number(entry.sequence)
                output.number(UInt32(entry.result.rawValue) << 24)
                output.number(entry.nextReportIn)
                output.number(entry.deadlineIn)
            }
        }
        bytes.appendTag(of: key)
        return bytes
    }
}
