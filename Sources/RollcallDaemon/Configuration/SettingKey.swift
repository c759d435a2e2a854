/// One key: its name, what it takes, why its default is what it is, and where its value lives in `Settings`.
struct SettingKey: Sendable {
    /// What a change at run time does.
    enum Reload: Sendable {
        /// `SIGHUP` adopts it.
        case adopted
        /// It holds until the next start.
        case atStart
    }

    /// With its section, such as `liveness.report_interval`.
    let name: String
    /// What to write.
    let expected: String
    /// Why one sets it, and why the default is what it is, in a sentence or two.
    let reason: String
    /// Said instead of the default's text where the default depends on the machine.
    let defaultText: String?
    let reload: Reload
    let isSecret: Bool

    /// Reads a value into the settings.
    let set: @Sendable (RawSetting, inout Settings) throws(SettingValueProblem) -> Void
    /// The value as one would write it.
    let text: @Sendable (Settings) -> String
    /// The same without passwords.
    private let redactedText: @Sendable (Settings) -> String
    /// Takes the value of the first over into the second.
    let copy: @Sendable (Settings, inout Settings) -> Void

    /// - Parameters:
    ///   - name: With its section.
    ///   - path: Where the value lives.
    ///   - expected: What to write, where the type alone does not say it.
    ///   - isValid: What of the type is taken.
    ///   - defaultText: The default in words, where it depends on the machine.
    ///   - reload: What a change at run time does.
    ///   - isSecret: Whether the value may hold a password.
    ///   - reason: Why one sets it.
    init<Value: SettingValue>(
        _ name: String,
        _ path: any WritableKeyPath<Settings, Value> & Sendable,
        expected: String = Value.expected,
        isValid: @escaping @Sendable (Value) -> Bool = { _ in true },
        default defaultText: String? = nil,
        reload: Reload = .adopted,
        isSecret: Bool = false,
        reason: String
    ) {
        self.name = name
        self.expected = expected
        self.reason = reason
        self.defaultText = defaultText
        self.reload = reload
        self.isSecret = isSecret
        set = { (raw, settings) throws(SettingValueProblem) in
            let value = try Value(raw)
            guard isValid(value) else { throw .wrong }
            settings[keyPath: path] = value
        }
        text = { $0[keyPath: path].settingText }
        redactedText = { $0[keyPath: path].redactedText }
        copy = { $1[keyPath: path] = $0[keyPath: path] }
    }

    /// A key whose values have bounds, both of them included.
    init<Value: SettingValue & Comparable>(
        _ name: String,
        _ path: any WritableKeyPath<Settings, Value> & Sendable,
        within range: ClosedRange<Value>,
        reload: Reload = .adopted,
        reason: String
    ) {
        self.init(
            name,
            path,
            expected: Self.expected(range),
            isValid: { range.contains($0) },
            reload: reload,
            reason: reason
        )
    }

    /// A key whose values have bounds, and that need not have one.
    init<Value: SettingValue & Comparable>(
        _ name: String,
        _ path: any WritableKeyPath<Settings, Value?> & Sendable,
        within range: ClosedRange<Value>,
        reason: String
    ) {
        self.init(
            name,
            path,
            expected: Self.expected(range),
            isValid: { $0.map { range.contains($0) } ?? true },
            reason: reason
        )
    }

    /// "a duration from 50ms to 1h".
    private static func expected<Value: SettingValue>(_ range: ClosedRange<Value>) -> String {
        let noun = Value.expected.prefix { $0 != ":" }
        return "\(noun) from \(range.lowerBound.settingText) to \(range.upperBound.settingText)"
    }

    /// The name of the variable that sets it.
    var variable: String {
        "ROLLCALL_" + name.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
    }

    /// The value for people: without passwords.
    func shownText(_ settings: Settings) -> String {
        isSecret ? redactedText(settings) : text(settings)
    }

    /// A written value for people: without passwords.
    func shown(_ text: String) -> String {
        isSecret ? DatabaseURL.redacted(text) : text
    }
}
