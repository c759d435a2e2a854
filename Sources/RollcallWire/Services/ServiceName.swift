/// The name of a service: its host and its binary, on the wire an array of the two.
public struct ServiceName: Hashable, Sendable {
    /// The host.
    public var host: String
    /// The program.
    public var binary: String

    /// The service of that name.
    public init(host: String, binary: String) {
        self.host = host
        self.binary = binary
    }
}

extension ServiceName {
    /// Whether both are the same byte by byte, as daemons compare them.
    public static func == (one: ServiceName, other: ServiceName) -> Bool {
        one.host.utf8.elementsEqual(other.host.utf8) && one.binary.utf8.elementsEqual(other.binary.utf8)
    }

    /// Feeds the bytes of both.
    public func hash(into hasher: inout Hasher) {
        for part in [host, binary] {
            for byte in part.utf8 { hasher.combine(byte) }
            hasher.combine(UInt8(0xFF))
        }
    }
}

extension ServiceName: Codable {
    /// Reads `["host","binary"]`, exactly two texts.
    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        host = try container.decode(String.self)
        binary = try container.decode(String.self)
        guard container.isAtEnd else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "a service is named by [host, binary]"
            )
        }
    }

    /// Writes `["host","binary"]`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(host)
        try container.encode(binary)
    }
}
