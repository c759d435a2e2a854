public import FoundationEssentials

/// JSON as Rollcall writes and reads it.
public enum WireJSON {
    /// The bytes of a document: compact, slashes as they are.
    public static func encode(_ document: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return try encoder.encode(document)
    }

    /// The document in these bytes.
    ///
    /// Fields it does not know are ignored; what is wrong is a `DecodingError`.
    public static func decode<Document: Decodable>(_ type: Document.Type, from data: Data) throws -> Document {
        try JSONDecoder().decode(type, from: data)
    }
}
