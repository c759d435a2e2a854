/// The answer to `GET /v1/groups/{topic}/up` with `Accept: application/octet-stream`: the services that are up, a bit
/// for each index.
///
/// Where the other forms name hosts, this one tells of services: each has the ``WireService/index`` that the list shows.
public struct UpBitmap: Hashable, Sendable {
    /// The media type that asks for it.
    public static let mediaType = "application/octet-stream"
    /// The header that holds ``first``.
    public static let firstHeader = "Rollcall-Bitmap-First"
    /// The header that holds ``count``.
    public static let countHeader = "Rollcall-Bitmap-Count"

    /// The index that bit 0 stands for, a multiple of 8.
    public var first: Int64
    /// The bits, the least significant one of each byte first.
    ///
    /// They end with the byte of the last service that is up.
    public var bytes: [UInt8]

    /// The bitmap of these bits.
    public init(first: Int64, bytes: [UInt8]) {
        self.first = first
        self.bytes = bytes
    }

    /// How many bits there are.
    public var count: Int { bytes.count * 8 }

    /// Whether the service of that index is up: one that was deleted, is of another group or never was, is not.
    public func contains(index: Int64) -> Bool {
        guard index >= first else { return false }
        // Without a sign: the two may be further apart than an Int64 reaches.
        let bit = UInt64(bitPattern: index) &- UInt64(bitPattern: first)
        guard bit >> 3 < UInt64(bytes.count) else { return false }
        return bytes[Int(bit >> 3)] >> UInt8(bit & 7) & 1 == 1
    }
}
