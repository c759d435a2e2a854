import Addresses
import LivenessCore
import Logging
import Telemetry

/// A type that a setting can have.
protocol SettingValue: Equatable, Sendable {
    /// What to write, for error messages and the documentation.
    static var expected: String { get }

    init(_ raw: RawSetting) throws(SettingValueProblem)

    /// The value as one would write it.
    var settingText: String { get }

    /// The same for people, where it may hold a password.
    var redactedText: String { get }
}

extension SettingValue {
    var redactedText: String { DatabaseURL.redacted(settingText) }
}

/// Why a written value is not the one a key wants.
enum SettingValueProblem: Error, Equatable {
    /// Not what `SettingValue.expected` says.
    case wrong
    /// Well-formed, and refused all the same.
    case refused(String)
}

extension RawSetting {
    /// A scalar that quotes do not make a string.
    fileprivate func plain() throws(SettingValueProblem) -> String {
        guard case .scalar(let text, isString: false) = self else { throw .wrong }
        return text
    }

    fileprivate func scalar() throws(SettingValueProblem) -> String {
        guard case .scalar(let text, _) = self, !text.isEmpty else { throw .wrong }
        return text
    }
}

extension String: SettingValue {
    static let expected = "text that is not empty"
    init(_ raw: RawSetting) throws(SettingValueProblem) { self = try raw.scalar() }
    var settingText: String { self }
}

extension Bool: SettingValue {
    static let expected = "true or false"
    init(_ raw: RawSetting) throws(SettingValueProblem) {
        switch try raw.plain() {
        case "true": self = true
        case "false": self = false
        default: throw .wrong
        }
    }
    var settingText: String { description }
}

extension Int: SettingValue {
    static let expected = "a whole number"
    init(_ raw: RawSetting) throws(SettingValueProblem) {
        guard let number = try Int(raw.plain()) else { throw .wrong }
        self = number
    }
    var settingText: String { description }
}

extension Double: SettingValue {
    static let expected = "a number"
    init(_ raw: RawSetting) throws(SettingValueProblem) {
        guard let number = try Double(raw.plain()), number.isFinite else { throw .wrong }
        self = number
    }
    var settingText: String { description }
}

extension Duration: SettingValue {
    static let expected = "a duration: a whole number and a unit, such as 500ms, 10s, 2m, 1h, 30d"
    init(_ raw: RawSetting) throws(SettingValueProblem) {
        guard let duration = try DurationText.parse(raw.scalar()) else { throw .wrong }
        self = duration
    }
    var settingText: String { DurationText.format(self) }
}

extension Optional: SettingValue where Wrapped: SettingValue {
    static var expected: String { Wrapped.expected }
    init(_ raw: RawSetting) throws(SettingValueProblem) { self = .some(try Wrapped(raw)) }
    var settingText: String { map(\.settingText) ?? "none" }
}

extension Array: SettingValue where Element: SettingValue {
    static var expected: String { "a list, or the same separated by commas, each \(Element.expected)" }
    init(_ raw: RawSetting) throws(SettingValueProblem) {
        let items: [String]
        switch raw {
        case .list(let list): items = list
        case .scalar("", _): items = []
        case .scalar(let text, _):
            items = text.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
        case .null, .other: throw .wrong
        }
        var elements: [Element] = []
        for item in items { elements.append(try Element(.scalar(item, isString: false))) }
        self = elements
    }
    var settingText: String { "[" + map(\.settingText).joined(separator: ", ") + "]" }
    var redactedText: String { "[" + map(\.redactedText).joined(separator: ", ") + "]" }

    private static func trimmed(_ item: Substring) -> String {
        var item = item.drop(while: \.isWhitespace)
        while item.last?.isWhitespace == true { item.removeLast() }
        return String(item)
    }
}

extension ListenAddress: SettingValue {
    static let expected = "ADDRESS:PORT, such as 127.0.0.1:8790, [::1]:8790 or localhost:8790"
    init(_ raw: RawSetting) throws(SettingValueProblem) {
        guard let address = try ListenAddress(raw.scalar()) else { throw .wrong }
        self = address
    }
    var settingText: String { description }
}

extension MonitorURL: SettingValue {
    init(_ raw: RawSetting) throws(SettingValueProblem) {
        guard let url = try MonitorURL(raw.scalar()) else { throw .wrong }
        self = url
    }
    var settingText: String { text }
    /// The path of such an address is often all that its receiver knows us by.
    var redactedText: String { withoutPath }
}

extension DriverName: SettingValue {
    static let expected = "database, zookeeper or memcached"
    init(_ raw: RawSetting) throws(SettingValueProblem) {
        guard let driver = try DriverName(configured: raw.scalar()) else { throw .wrong }
        self = driver
    }
    var settingText: String { rawValue }
}

extension DriverPolicy: SettingValue {
    static let expected = "driver, all or any"
    init(_ raw: RawSetting) throws(SettingValueProblem) {
        guard let policy = try DriverPolicy(rawValue: raw.scalar()) else { throw .wrong }
        self = policy
    }
    var settingText: String { rawValue }
}

extension LogFormat: SettingValue {
    static let expected = "text, json or journal"
    init(_ raw: RawSetting) throws(SettingValueProblem) {
        guard let format = try LogFormat(rawValue: raw.scalar()) else { throw .wrong }
        self = format
    }
    var settingText: String { rawValue }
}

extension Logger.Level: SettingValue {
    static let expected = "trace, debug, info, notice, warning, error or critical"
    init(_ raw: RawSetting) throws(SettingValueProblem) {
        guard let level = try Logger.Level(rawValue: raw.scalar()) else { throw .wrong }
        self = level
    }
    var settingText: String { rawValue }
}

extension DatabaseURL: SettingValue {
    static let expected = "sqlite:///ABSOLUTE/PATH (three slashes), or \(MariaDBURL.expected)"
    init(_ raw: RawSetting) throws(SettingValueProblem) {
        let text = try raw.scalar()
        if let url = MariaDBURL(text) {
            self = .mariaDB(url)
            return
        }
        let prefix = "sqlite://"
        guard text.hasPrefix(prefix), !text.contains(where: { $0 == "?" || $0 == "#" }),
            let path = PercentDecoding.decode(text.dropFirst(prefix.count)),
            path.hasPrefix("/"), !path.hasSuffix("/"), !path.unicodeScalars.contains("\0")
        else { throw .wrong }
        self = .sqlite(path: path)
    }
    var settingText: String { description }
}

extension MariaDBURL: SettingValue {
    init(_ raw: RawSetting) throws(SettingValueProblem) {
        guard let url = try MariaDBURL(raw.scalar()) else { throw .wrong }
        self = url
    }
    var settingText: String { description }
}
