/// Names as Prometheus allows them, made from names as swift-metrics users write them (`hb.request.duration`).
enum PrometheusName {
    /// A metric's name: `[a-zA-Z_:][a-zA-Z0-9_:]*`, everything else becomes `_`.
    static func metric(_ label: String, kind: MetricKind) -> String {
        let name = cleaned(label, alsoAllowed: UInt8(ascii: ":"))
        return name.hasSuffix(kind.suffix) ? name : name + kind.suffix
    }

    /// A label's name: `[a-zA-Z_][a-zA-Z0-9_]*`.
    ///
    /// A leading `__` and the histogram's `le` are taken by Prometheus.
    static func label(_ label: String) -> String {
        let name = cleaned(label, alsoAllowed: nil)
        return name.hasPrefix("__") || name == "le" ? "label_" + name : name
    }

    private static func cleaned(_ text: String, alsoAllowed: UInt8?) -> String {
        var bytes = Array(text.utf8)
        var isClean = true
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
                continue
            case UInt8(ascii: "0")...UInt8(ascii: "9") where index > 0: continue
            case let byte where byte == alsoAllowed: continue
            default:
                bytes[index] = UInt8(ascii: "_")
                isClean = false
            }
        }
        if bytes.isEmpty { return "_" }
        return isClean ? text : String(decoding: bytes, as: UTF8.self)
    }
}
