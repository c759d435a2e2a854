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
        var text = String(text)
        self.init(&text, isLowerCase: false)
    }

    /// Reads what `description` writes; nil for anything else, also for upper-case digits.
    package init?(canonical text: String) {
        var text = text
        self.init(&text, isLowerCase: true)
    }

    private init?(_ text: inout String, isLowerCase: Bool) {
        let words = text.withUTF8 { bytes -> InlineArray<4, UInt64>? in
            let hyphen = UInt8(ascii: "-")
            guard bytes.count == 36, bytes[8] == hyphen, bytes[13] == hyphen, bytes[18] == hyphen, bytes[23] == hyphen
            else { return nil }
            let all = UnsafeRawBufferPointer(bytes)
            func half(_ offset: Int) -> UInt64 {
                UInt64(UInt32(bigEndian: all.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
            }
            return [
                UInt64(bigEndian: all.loadUnaligned(as: UInt64.self)), half(9) << 32 | half(14),
                half(19) << 32 | half(24), UInt64(bigEndian: all.loadUnaligned(fromByteOffset: 28, as: UInt64.self)),
            ]
        }
        guard let words,
            let first = Self.number(words[0], isLowerCase: isLowerCase),
            let second = Self.number(words[1], isLowerCase: isLowerCase),
            let third = Self.number(words[2], isLowerCase: isLowerCase),
            let fourth = Self.number(words[3], isLowerCase: isLowerCase)
        else { return nil }
        self.init(high: first << 32 | second, low: third << 32 | fourth)
    }

    /// The 32 bits that eight hexadecimal digits stand for, the first of them in the highest byte; nil where one is none.
    ///
    /// All at once: only what is written again as the same digits was a number.
    @inline(__always)
    private static func number(_ digits: UInt64, isLowerCase: Bool) -> UInt64? {
        let letters = digits >> 6 & 0x0101_0101_0101_0101
        var word = digits & 0x0F0F_0F0F_0F0F_0F0F &+ letters &* 9
        word = (word | word >> 4) & 0x00FF_00FF_00FF_00FF
        word = (word | word >> 8) & 0x0000_FFFF_0000_FFFF
        word = (word | word >> 16) & 0xFFFF_FFFF
        let written = isLowerCase ? digits : digits | letters << 5
        return Self.digits(word).bigEndian == written ? word : nil
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
