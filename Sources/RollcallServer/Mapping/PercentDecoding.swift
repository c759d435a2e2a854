/// Percent-encoding (RFC 3986) undone, strictly.
enum PercentDecoding {
    /// The text; nil for a `%` without two hexadecimal digits behind it and for bytes that are not UTF-8.
    static func decode(_ text: some StringProtocol) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(JSONUnescaping.digit),
                let low = iterator.next().flatMap(JSONUnescaping.digit)
            else { return nil }
            bytes.append(UInt8(truncatingIfNeeded: high << 4 | low))
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
