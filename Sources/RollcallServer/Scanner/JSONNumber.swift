/// A number of a JSON document: short ones exactly, all others by way of a `Double`.
struct JSONNumber {
    /// Digits that always fit 64 bits.
    private static let mostDigits = 18

    /// All digits without the point, where `isShort`.
    var digits: UInt64 = 0
    var fractionDigits = 0
    var isNegative = false
    /// No exponent and at most 18 digits.
    var isShort = true
    var start: Int
    var end: Int

    /// As a whole number; nil when it is none, is negative or too large.
    func integer(_ bytes: RawSpan, atMost limit: UInt64) -> UInt64? {
        if isShort, fractionDigits == 0 {
            return (isNegative && digits != 0) || digits > limit ? nil : digits
        }
        guard let value = double(bytes), value >= 0, value <= Double(limit), value.rounded() == value else {
            return nil
        }
        return min(UInt64(value), limit)
    }

    /// Seconds as microseconds; nil when they are outside of `range`.
    func microseconds(_ bytes: RawSpan, within range: ClosedRange<UInt64>) -> UInt64? {
        if isShort, fractionDigits <= 6 {
            guard !isNegative || digits == 0 else { return nil }
            var value = digits
            for _ in fractionDigits..<6 {
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                if overflow { return nil }
                value = product
            }
            return range.contains(value) ? value : nil
        }
        guard let seconds = double(bytes), seconds.isFinite,
            seconds >= Double(range.lowerBound) / 1_000_000, seconds <= Double(range.upperBound) / 1_000_000
        else { return nil }
        return min(max(UInt64((seconds * 1_000_000).rounded()), range.lowerBound), range.upperBound)
    }

    private func double(_ bytes: RawSpan) -> Double? {
        var text = ""
        for position in start..<end { text.unicodeScalars.append(Unicode.Scalar(JSONCursor.byte(bytes, position))) }
        return Double(text)
    }

    fileprivate mutating func add(_ digit: UInt8, count: inout Int) {
        count &+= 1
        guard count <= Self.mostDigits else {
            isShort = false
            return
        }
        digits = digits &* 10 &+ UInt64(digit &- UInt8(ascii: "0"))
    }
}

extension JSONCursor {
    /// Goes past a number.
    @inline(__always)
    mutating func number(_ bytes: RawSpan) throws(DocumentError) -> JSONNumber {
        var number = JSONNumber(start: position, end: position)
        var count = 0
        number.isNegative = take(bytes, UInt8(ascii: "-"))
        guard isAtDigit(bytes) else { throw malformed("expected a value") }
        if take(bytes, UInt8(ascii: "0")) {
            guard !isAtDigit(bytes) else { throw malformed("a number with a leading zero") }
        } else {
            while isAtDigit(bytes) {
                number.add(peek(bytes), count: &count)
                position &+= 1
            }
        }
        if take(bytes, UInt8(ascii: ".")) {
            guard isAtDigit(bytes) else { throw malformed("a number without digits after its point") }
            while isAtDigit(bytes) {
                number.add(peek(bytes), count: &count)
                number.fractionDigits &+= 1
                position &+= 1
            }
        }
        if peek(bytes) | 0x20 == UInt8(ascii: "e") {
            number.isShort = false
            position &+= 1
            if !take(bytes, UInt8(ascii: "+")) { _ = take(bytes, UInt8(ascii: "-")) }
            guard isAtDigit(bytes) else { throw malformed("a number without digits in its exponent") }
            while isAtDigit(bytes) { position &+= 1 }
        }
        number.end = position
        return number
    }

    @inline(__always)
    private func isAtDigit(_ bytes: RawSpan) -> Bool {
        let byte = peek(bytes)
        return byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}
