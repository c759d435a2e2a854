import Logging

/// One event on its way to text.
///
/// Whatever a message or a value holds, the result is one line: hosts and reasons come from the network, and a line
/// break in one must not forge an entry, nor an escape sequence reach somebody's terminal.
struct LogLine {
    var time: WallTime
    var level: Logger.Level
    var label: String
    var message: String
    var metadata: Logger.Metadata

    /// The line with its final newline.
    func text(as format: LogFormat) -> String {
        switch format {
        case .text: "\(time) \(level.rawValue) \(LogText.escaped(label)): \(plain)\n"
        case .journal: "<\(level.journalPriority)>\(LogText.escaped(label)): \(plain)\n"
        case .json: json + "\n"
        }
    }

    private var plain: String {
        var text = LogText.escaped(message)
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            text += " \(LogText.value(key))=\(LogText.value(value.description))"
        }
        return text
    }

    private var json: String {
        var text = "{\"time\":\"\(time)\",\"level\":\"\(level.rawValue)\""
        text += ",\"label\":\(LogText.json(label)),\"message\":\(LogText.json(message))"
        if !metadata.isEmpty { text += ",\"metadata\":\(Self.json(.dictionary(metadata)))" }
        return text + "}"
    }

    private static func json(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): LogText.json(text)
        case .stringConvertible(let value): LogText.json(value.description)
        case .array(let values): "[" + values.map(json).joined(separator: ",") + "]"
        case .dictionary(let values):
            "{"
                + values.sorted { $0.key < $1.key }
                .map { LogText.json($0.key) + ":" + json($0.value) }
                .joined(separator: ",") + "}"
        }
    }
}

extension Logger.Level {
    /// The syslog priority that journald reads from `<N>` at the start of a line.
    var journalPriority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
