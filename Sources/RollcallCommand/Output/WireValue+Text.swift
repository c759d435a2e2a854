internal import RollcallWire

extension WireValue {
    /// An optional text.
    static func text(_ text: String?) -> WireValue { text.map(WireValue.string) ?? .null }

    /// An optional whole number.
    static func whole(_ number: Int64?) -> WireValue { number.map(WireValue.integer) ?? .null }

    /// An optional number.
    static func real(_ number: Double?) -> WireValue { number.map(WireValue.number) ?? .null }

    /// An optional time.
    static func time(_ time: WireTime?) -> WireValue { time.map { .string($0.description) } ?? .null }

    /// The value as JSON, in one line, keys of objects in order.
    var json: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let value): Self.decimal(value)
        case .string(let value): Self.quoted(value)
        case .array(let values): "[" + values.map(\.json).joined(separator: ",") + "]"
        case .object(let fields):
            "{"
                + fields.sorted { $0.key < $1.key }.map { Self.quoted($0.key) + ":" + $0.value.json }
                .joined(separator: ",") + "}"
        }
    }

    /// The value where a format has no types: text as it is, anything nested as JSON.
    var bare: String {
        if case .string(let text) = self { text } else { json }
    }

    /// Text in double quotes as JSON and YAML both read it.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            // C0, DEL and C1: a terminal would act on them, and YAML does not allow them.
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}":
                let hex = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// The shortest decimal that reads back the same; whole numbers without a fraction.
    private static func decimal(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        // Up to 2^53 a whole Double is exactly an integer.
        if value == value.rounded(), abs(value) <= 9_007_199_254_740_992 { return String(Int64(value)) }
        return "\(value)"
    }
}
