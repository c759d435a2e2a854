import LivenessCore
import RollcallWire

/// What Nova's API is told to change of a service: the body of a request, held against the schema of its version.
struct NovaChange: Decodable {
    /// Before version 2.53 the path says what is meant.
    enum Verb: String {
        case enable
        case disable
        case disableWithReason = "disable-log-reason"
        case forceDown = "force-down"

        init?(_ word: String, in version: Microversion) {
            guard let verb = Verb(rawValue: word), verb != .forceDown || version >= .forcedDown else { return nil }
            self = verb
        }
    }

    /// A field by its name, whether or not there is one.
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) {
            self.stringValue = stringValue
        }

        init?(intValue _: Int) { nil }
    }

    /// Words that mean a truth value in Nova's schemas.
    private static let truths: [String: Bool] = [
        "True": true, "TRUE": true, "true": true, "1": true, "ON": true, "On": true, "on": true, "YES": true,
        "Yes": true,
        "yes": true, "False": false, "FALSE": false, "false": false, "0": false, "OFF": false, "Off": false,
        "off": false,
        "NO": false, "No": false, "no": false,
    ]

    private var host: String?
    private var binary: String?
    private var isDisabled: Bool?
    private var reason: String?
    private var isForcedDown: Bool?
    private var fields: Set<String>

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        fields = Set(container.allKeys.map(\.stringValue))
        func text(_ name: String) throws -> String? {
            guard fields.contains(name) else { return nil }
            let text = try container.decode(String.self, forKey: Key(stringValue: name))
            guard (1...255).contains(text.unicodeScalars.count) else {
                throw APIError.malformed(
                    "Invalid input for field/attribute \(name). Value: \(text.prefix(300)). It is not 1 to 255 characters"
                )
            }
            return text
        }
        host = try text("host")
        binary = try text("binary")
        reason = try text("disabled_reason").map(Self.onOneLine)
        switch try text("status") {
        case nil: break
        case "enabled": isDisabled = false
        case "disabled": isDisabled = true
        case .some(let word):
            throw APIError.malformed(
                "Invalid input for field/attribute status. Value: \(word). It is not one of ['enabled', 'disabled']"
            )
        }
        guard fields.contains("forced_down") else { return }
        if let value = try? container.decode(Bool.self, forKey: Key(stringValue: "forced_down")) {
            isForcedDown = value
        } else {
            let word = try container.decode(String.self, forKey: Key(stringValue: "forced_down"))
            guard let value = Self.truths[word] else {
                throw APIError.malformed(
                    "Invalid input for field/attribute forced_down. Value: \(word.prefix(300)). It is not true or false"
                )
            }
            isForcedDown = value
        }
    }

    /// A reason is shown in lists and logs: what would break a line is a space.
    private static func onOneLine(_ reason: String) -> String {
        var line = ""
        for scalar in reason.unicodeScalars {
            line.unicodeScalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        return line
    }

    /// Refuses fields that the schema of the version does not have.
    func check(_ version: Microversion) throws(APIError) {
        var allowed: Set = ["host", "binary", "disabled_reason"]
        if version >= .forcedDown { allowed.insert("forced_down") }
        if version >= .byUUID { allowed = ["status", "disabled_reason", "forced_down"] }
        try Self.allow(fields, among: allowed)
        guard version < .byUUID else { return }
        for name in ["host", "binary"] where !fields.contains(name) {
            throw APIError.malformed("Invalid input for field/attribute \(name). '\(name)' is a required property")
        }
    }

    /// Refuses names that are not among those allowed, in Nova's words.
    static func allow(_ names: some Sequence<String>, among allowed: Set<String>) throws(APIError) {
        let others = Set(names).subtracting(allowed).sorted().map { "'\($0)'" }
        guard !others.isEmpty else { return }
        throw APIError.malformed(
            "Additional properties are not allowed (\(others.joined(separator: ", ")) "
                + "\(others.count == 1 ? "was" : "were") unexpected)"
        )
    }

    // MARK: Up to 2.52

    /// The service that is meant; empty where `check` refuses.
    var name: (host: String, binary: String) { (host ?? "", binary ?? "") }

    func edit(_ verb: Verb) throws(APIError) -> (ServiceUUID) -> RecordEdit {
        if verb == .disableWithReason, reason == nil { throw APIError.malformed("Missing disabled reason field") }
        if verb == .forceDown, isForcedDown == nil { throw APIError.malformed("Missing forced_down field") }
        return { uuid in
            var edit = RecordEdit(uuid: uuid)
            switch verb {
            case .enable: edit.isDisabled = false
            case .disable, .disableWithReason:
                edit.isDisabled = true
                edit.disabledReason = .some(verb == .disable ? nil : reason)
            case .forceDown: edit.forcedDown = isForcedDown
            }
            return edit
        }
    }

    // MARK: From 2.53 on

    func edit(of uuid: ServiceUUID) throws(APIError) -> RecordEdit {
        if reason != nil, isDisabled == false {
            throw APIError.malformed("Specifying 'disabled_reason' with status 'enabled' is invalid.")
        }
        guard isDisabled != nil || isForcedDown != nil else {
            throw APIError.malformed(
                "No updates were requested. Fields 'status' or 'forced_down' should be specified."
            )
        }
        var edit = RecordEdit(uuid: uuid)
        edit.isDisabled = isDisabled
        if isDisabled == true { edit.disabledReason = .some(reason) }
        edit.forcedDown = isForcedDown
        return edit
    }
}
