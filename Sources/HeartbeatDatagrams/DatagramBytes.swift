/// What a datagram is, by its first four bytes.
enum DatagramKind: UInt8 {
    case heartbeat = 1
    case askingHeartbeat = 2
    case acknowledgement = 3

    /// "RC", and the version.
    static let beginning: UInt32 = 0x5243_0100

    init?(_ bytes: RawSpan) {
        let first: UInt32 = bytes.number(at: 0)
        guard first & 0xFFFF_FF00 == Self.beginning else { return nil }
        self.init(rawValue: UInt8(truncatingIfNeeded: first))
    }
}

extension RawSpan {
    /// A number in the order of the network; the place lies within the bytes.
    @inline(__always)
    func number<Value: FixedWidthInteger & BitwiseCopyable>(at place: Int) -> Value {
        Value(bigEndian: unsafeLoadUnaligned(fromByteOffset: place, as: Value.self))
    }
}

extension OutputSpan<UInt8> {
    mutating func begin(_ kind: DatagramKind) { number(DatagramKind.beginning | UInt32(kind.rawValue)) }

    /// A number in the order of the network.
    mutating func number(_ value: some FixedWidthInteger) {
        for byte in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> byte))
        }
    }
}

extension [UInt8] {
    /// Signs what is there; without a key, with zeros.
    mutating func appendTag(of key: DatagramKey?) {
        let tag = key?.tag(of: span.bytes) ?? .none
        for word in [tag.high, tag.low] {
            for byte in stride(from: 56, through: 0, by: -8) { append(UInt8(truncatingIfNeeded: word >> UInt64(byte))) }
        }
    }
}
