/// A value as it was written, before it has a type.
enum RawSetting: Sendable, Equatable {
    /// `isString` where the file says so by quotes: then it is no number and no truth value.
    case scalar(String, isString: Bool)
    case list([String])
    /// `key:` with nothing behind it.
    case null
    /// A mapping, or a list of something else than scalars.
    case other(String)

    /// The value for an error message.
    var text: String {
        switch self {
        case .scalar(let text, _): "\"\(text)\""
        case .list(let items): "[" + items.joined(separator: ", ") + "]"
        case .null: "an empty value"
        case .other(let what): what
        }
    }
}
