/// What an edit does to one field that may be empty: leave it, clear it (`null`), or set it.
public enum Patched<Value: Codable & Hashable & Sendable>: Hashable, Sendable {
    /// The field is absent from the request: it stays as it is.
    case unchanged
    /// The field is `null`: it becomes empty.
    case cleared
    /// The field becomes this value.
    case set(Value)

    /// The value set, or `nil` when the field is left or cleared.
    public var value: Value? {
        if case .set(let value) = self { value } else { nil }
    }
}

extension KeyedDecodingContainer {
    /// Reads a field that may be absent, `null` or a value, and tells the three apart.
    func decodePatched<Value>(_ type: Value.Type, forKey key: Key) throws -> Patched<Value> {
        guard contains(key) else { return .unchanged }
        return try decodeNil(forKey: key) ? .cleared : .set(decode(type, forKey: key))
    }
}

extension KeyedEncodingContainer {
    /// Writes a field unless it is left unchanged.
    mutating func encode<Value>(patched: Patched<Value>, forKey key: Key) throws {
        switch patched {
        case .unchanged: break
        case .cleared: try encodeNil(forKey: key)
        case .set(let value): try encode(value, forKey: key)
        }
    }
}
