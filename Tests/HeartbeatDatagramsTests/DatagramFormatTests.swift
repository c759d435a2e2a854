import HeartbeatDatagrams
import Testing

@Suite("What stands in a datagram")
struct DatagramFormatTests {
    private static let key = DatagramKey(token: "rollcall_example")
    private static let heartbeat = HeartbeatDatagram(
        keyID: key.id,
        record: RecordID(high: 0x0123_4567_89AB_4DEF, low: 0x8123_4567_89AB_CDEF),
        number: 7,
        sequence: 42,
        isAnswered: true
    )

    private func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private func heartbeat(in bytes: [UInt8]) -> HeartbeatDatagram? { HeartbeatDatagram(bytes.span.bytes) }

    private func acknowledgement(in bytes: [UInt8], _ key: DatagramKey?) -> AcknowledgementDatagram? {
        AcknowledgementDatagram(bytes.span.bytes, signedBy: key)
    }

    /// Whether the datagram, of 64 bytes, is signed with the key.
    private func isSigned(_ bytes: [UInt8], by key: DatagramKey) -> Bool {
        key.tag(of: bytes.span.bytes.extracting(0..<HeartbeatDatagram.signedSize))
            .isSame(as: HeartbeatDatagram.tag(in: bytes.span.bytes))
    }

    // Made by another program (Python's hmac and struct) from the description of the format.
    private static let signedHeartbeat =
        "52430102000000074b474761cf52e1600123456789ab4def8123456789abcdef000000000000002a0000000000000000"
        + "3639db6b999652858e321fb5d6b35e55"
    private static let signedAcknowledgement =
        "52430103000100004b474761cf52e1600123456789ab4def0000002a02000000000026480000ea5f"
        + "eeabb73c3fff6cf20f5bb39a66d6de16"

    @Test("a heartbeat is these 64 bytes, and read as it was written")
    func heartbeat() throws {
        let written = Self.heartbeat.bytes(signedBy: Self.key)
        #expect(written == bytes(Self.signedHeartbeat))
        #expect(heartbeat(in: written) == Self.heartbeat && isSigned(written, by: Self.key))
        #expect(!isSigned(written, by: DatagramKey(token: "other")))
    }

    @Test("an acknowledgement is these bytes, never more than what it acknowledges, and read only with its key")
    func acknowledgement() {
        let entry = AcknowledgementDatagram.Entry(
            record: Self.heartbeat.record.high,
            sequence: 42,
            result: .comeWhole,
            nextReportIn: 9_800,
            deadlineIn: 59_999
        )
        let datagram = AcknowledgementDatagram(keyID: Self.key.id, entries: [entry])
        let written = datagram.bytes(signedBy: Self.key)
        #expect(written == bytes(Self.signedAcknowledgement))
        #expect(acknowledgement(in: written, Self.key) == datagram)
        #expect(acknowledgement(in: written, DatagramKey(token: "other")) == nil)
        #expect(acknowledgement(in: written, nil) == nil)
        #expect(entry.acknowledges(Self.heartbeat))
        for count in 1...AcknowledgementDatagram.mostEntries + 1 {
            let many = AcknowledgementDatagram(keyID: 0, entries: Array(repeating: entry, count: count))
            let size = many.bytes(signedBy: nil).count
            #expect(size <= count * HeartbeatDatagram.size && size <= 1_232)
        }
    }

    @Test("one bit more or less anywhere, and it is no datagram of that key")
    func oneBit() {
        let whole = Self.heartbeat.bytes(signedBy: Self.key)
        for position in whole.indices {
            for bit in 0..<8 {
                var changed = whole
                changed[position] ^= 1 << bit
                let isTaken = heartbeat(in: changed) != nil && isSigned(changed, by: Self.key)
                #expect(!isTaken, "byte \(position), bit \(bit)")
            }
        }
    }

    @Test("what is shorter, longer, of another version or kind is none")
    func others() {
        let whole = Self.heartbeat.bytes(signedBy: nil)
        for size in 0..<64 { #expect(heartbeat(in: Array(whole.prefix(size))) == nil) }
        #expect(heartbeat(in: whole + [0]) == nil)
        for (position, byte) in [(0, UInt8(0)), (1, 0), (2, 2), (3, 0), (3, 3), (3, 4)] {
            var changed = whole
            changed[position] = byte
            #expect(heartbeat(in: changed) == nil)
        }
        let answer = bytes(Self.signedAcknowledgement)
        for size in answer.indices { #expect(acknowledgement(in: Array(answer.prefix(size)), Self.key) == nil) }
        #expect(acknowledgement(in: answer + [0], Self.key) == nil)
    }

    @Test("without a key its id and its tag are 0")
    func unsigned() {
        var heartbeat = Self.heartbeat
        heartbeat.keyID = 0
        let written = heartbeat.bytes(signedBy: nil)
        #expect(written.suffix(DatagramKey.tagSize).allSatisfy { $0 == 0 })
    }
}
