/// A value with the ETag under which the daemon gave it.
public struct Tagged<Value: Sendable>: Sendable {
    /// The value.
    public var value: Value
    /// The ETag, for `If-Match` and `If-None-Match`; `nil` when the daemon gave none.
    public var tag: String?

    /// A value under a tag.
    public init(value: Value, tag: String?) {
        self.value = value
        self.tag = tag
    }
}
