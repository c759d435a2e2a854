/// The identity of a record: 128 bits, written in the canonical lower-case form.
package struct ServiceUUID: Hashable, Sendable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A version 4 UUID (RFC 9562) made of random bits.
    package init(random high: UInt64, _ low: UInt64) {
        self.high = (high & ~0xF000) | 0x4000
        self.low = (low & ~(0b11 << 62)) | (0b10 << 62)
    }

    /// Reads the canonical form, in either case; nil for anything else.
    package init?(_ text: some StringProtocol) {
        self.init(text, accepting: Self.digit)
    }

    /// Reads what `description` writes; nil for anything else, also for upper-case digits.
    package init?(canonical text: String) {
        self.init(text) { $0 & 0x20 == 0 && $0 >= UInt8(ascii: "A") ? nil : Self.digit($0) }
    }

    private init?(_ text: some StringProtocol, accepting digit: (UInt8) -> UInt64?) {
        let read = text.utf8.withContiguousStorageIfAvailable { Self.read($0, digit) } ?? Self.read(text.utf8, digit)
        guard let read else { return nil }
        self = read
    }

    @inline(__always)
    private static func read(_ bytes: some Collection<UInt8>, _ digit: (UInt8) -> UInt64?) -> ServiceUUID? {
        guard bytes.count == 36 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        var position = 0
        for byte in bytes {
            switch position {
            case 8, 13, 18, 23:
                guard byte == UInt8(ascii: "-") else { return nil }
            default:
                guard let digit = digit(byte) else { return nil }
                if position < 18 { high = high << 4 | digit } else { low = low << 4 | digit }
            }
            position += 1
        }
        return ServiceUUID(high: high, low: low)
    }

    @inline(__always)
    private static func digit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// Appends the canonical 36 bytes.
    @inline(__always)
    package func append(to bytes: inout OutputSpan<UInt8>) {
        let words =
            [
                Self.digits(high >> 32), Self.digits(high & 0xFFFF_FFFF), Self.digits(low >> 32),
                Self.digits(low & 0xFFFF_FFFF),
            ] as InlineArray<4, UInt64>
        bytes.withUnsafeMutableBufferPointer { buffer, initialized in
            precondition(buffer.count - initialized >= 36)
            guard let start = buffer.baseAddress else { return }
            let place = UnsafeMutableRawPointer(start + initialized)
            place.storeBytes(of: words[0], as: UInt64.self)
            place.storeBytes(of: UInt8(ascii: "-"), toByteOffset: 8, as: UInt8.self)
            place.storeBytes(of: UInt32(truncatingIfNeeded: words[1]), toByteOffset: 9, as: UInt32.self)
            place.storeBytes(of: UInt8(ascii: "-"), toByteOffset: 13, as: UInt8.self)
            place.storeBytes(of: UInt32(truncatingIfNeeded: words[1] >> 32), toByteOffset: 14, as: UInt32.self)
            place.storeBytes(of: UInt8(ascii: "-"), toByteOffset: 18, as: UInt8.self)
            place.storeBytes(of: UInt32(truncatingIfNeeded: words[2]), toByteOffset: 19, as: UInt32.self)
            place.storeBytes(of: UInt8(ascii: "-"), toByteOffset: 23, as: UInt8.self)
            place.storeBytes(of: UInt32(truncatingIfNeeded: words[2] >> 32), toByteOffset: 24, as: UInt32.self)
            place.storeBytes(of: words[3], toByteOffset: 28, as: UInt64.self)
            initialized += 36
        }
    }

    /// The eight hexadecimal digits of 32 bits, the first of them in the lowest byte of a little-endian machine.
    ///
    /// Nibbles are spread over the bytes of a word by halves, and made ASCII all at once: 6 more carries those above 9
    /// into the next nibble.
    @inline(__always)
    private static func digits(_ value: UInt64) -> UInt64 {
        var word = value
        word = (word & 0xFFFF_0000) << 16 | word & 0xFFFF
        word = (word & 0x0000_FF00_0000_FF00) << 8 | word & 0x0000_00FF_0000_00FF
        word = (word & 0x00F0_00F0_00F0_00F0) << 4 | word & 0x000F_000F_000F_000F
        let letters = (word &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        let ascii = word &+ 0x3030_3030_3030_3030 &+ letters &* UInt64(UInt8(ascii: "a") - UInt8(ascii: "0") - 10)
        return ascii.bigEndian
    }
}

extension ServiceUUID: CustomStringConvertible {
    package var description: String {
        let bytes = [UInt8](capacity: 36) { append(to: &$0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
