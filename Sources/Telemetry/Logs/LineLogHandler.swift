package import Logging

/// The handler behind every logger of the process: one event, one line.
package struct LineLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let output: LogOutput
    private let now: @Sendable () -> WallTime
    private var ownLevel: Logger.Level?

    package init(label: String, output: LogOutput) {
        self.init(label: label, output: output, now: WallTime.now)
    }

    init(label: String, output: LogOutput, now: @escaping @Sendable () -> WallTime) {
        self.label = label
        self.output = output
        self.now = now
    }

    package var logLevel: Logger.Level {
        get { ownLevel ?? output.level }
        set { ownLevel = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var metadata = metadata
        if let provided = metadataProvider?.get() { metadata.merge(provided) { _, new in new } }
        if let own = event.metadata { metadata.merge(own) { _, new in new } }
        if let error = event.error { metadata["error"] = .string(String(describing: error)) }

        let line = LogLine(
            time: now(),
            level: event.level,
            label: label,
            message: event.message.description,
            metadata: metadata
        )
        output.emit(line.text(as: output.format))
    }
}
