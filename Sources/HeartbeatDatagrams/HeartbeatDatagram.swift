/// One heartbeat in one datagram of 64 bytes.
///
///      0  2  "RC"
///      2  1  version, 1
///      3  1  kind: 1, or 2 where it asks to be acknowledged
///      4  4  number of the incarnation, as the answer to a whole heartbeat has it
///      8  8  id of the key; 0 at a daemon that asks for no credentials
///     16 16  uuid of the service's record, as that answer has it
///     32  8  sequence, in which the incarnation's heartbeats count on whatever way they go
///     40  8  0, for later
///     48 16  the first half of the HMAC-SHA256 of all before; 0 without a key
///
/// Numbers stand in the order of the network. What it says again, of an older sequence or an older incarnation, changes
/// nothing: a recorded datagram is worth nothing to whoever plays it back.
package struct HeartbeatDatagram: Hashable, Sendable {
    package static let size = 64
    /// In answers to whole heartbeats: the port at which the daemon reads datagrams.
    package static let portHeader = "Rollcall-Datagram-Port"
    /// Bytes that are signed.
    package static let signedSize = size - DatagramKey.tagSize

    package var keyID: UInt64
    package var record: RecordID
    package var number: UInt32
    package var sequence: UInt64
    /// It asks to be acknowledged.
    package var isAnswered: Bool

    package init(keyID: UInt64, record: RecordID, number: UInt32, sequence: UInt64, isAnswered: Bool) {
        self.keyID = keyID
        self.record = record
        self.number = number
        self.sequence = sequence
        self.isAnswered = isAnswered
    }

    /// What stands in a datagram, signed or not; nil where it is none of this version.
    package init?(_ bytes: RawSpan) {
        guard bytes.byteCount == Self.size else { return nil }
        switch DatagramKind(bytes) {
        case .heartbeat: isAnswered = false
        case .askingHeartbeat: isAnswered = true
        case .acknowledgement, nil: return nil
        }
        number = bytes.number(at: 4)
        keyID = bytes.number(at: 8)
        record = RecordID(high: bytes.number(at: 16), low: bytes.number(at: 24))
        sequence = bytes.number(at: 32)
    }

    /// The tag of a datagram of this size.
    package static func tag(in bytes: RawSpan) -> DatagramTag {
        DatagramTag(high: bytes.number(at: signedSize), low: bytes.number(at: signedSize + 8))
    }

    /// The datagram, signed where there is a key.
    package func bytes(signedBy key: DatagramKey?) -> [UInt8] {
        var bytes = [UInt8](capacity: Self.size) { output in
            output.begin(isAnswered ? .askingHeartbeat : .heartbeat)
            output.number(number)
            output.number(keyID)
            output.number(record.high)
            output.number(record.low)
            output.number(sequence)
            output.number(UInt64(0))
        }
        bytes.appendTag(of: key)
        return bytes
    }
}

/// The uuid of a record, as two words.
package struct RecordID: Hashable, Sendable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}
