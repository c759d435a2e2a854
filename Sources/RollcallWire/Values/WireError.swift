/// What went wrong: a stable code for programs, a message for people, a detail for both.
public struct WireError: Hashable, Sendable {
    /// The stable code.
    public var code: WireErrorCode
    /// A sentence for people.
    public var message: String
    /// What the code needs beside it: the field, the range, the position.
    public var detail: [String: WireValue]

    /// An error with its code, a sentence, and what the code needs beside it.
    public init(code: WireErrorCode, message: String, detail: [String: WireValue] = [:]) {
        self.code = code
        self.message = message
        self.detail = detail
    }
}

extension WireError: Codable {
    private enum CodingKeys: String, CodingKey {
        case code, message, detail
    }

    /// Reads an error; message and detail may be missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        code = try container.decode(WireErrorCode.self, forKey: .code)
        message = try container.decodeIfPresent(String.self, forKey: .message) ?? ""
        detail = try container.decodeIfPresent([String: WireValue].self, forKey: .detail) ?? [:]
    }
}
