import Crypto

/// What a reporter signs its datagrams with: the reporter has the token, and the daemon its SHA-256.
///
/// Both make of it, by HMAC-SHA256 (RFC 2104) with the digest as the key, an id that tells which key it is and the key
/// itself. Nothing is agreed on and nothing kept: a token that was taken back is a key that counts no more. Whoever reads
/// the digests can sign, and so beat for what the token may beat for; nothing else that a token opens is opened by them.
package struct DatagramKey: Sendable {
    /// Bytes of a tag: half of the digest's, the least that RFC 2104 (§5) recommends.
    package static let tagSize = 16
    /// Bytes of a block of SHA-256.
    private static let blockSize = 64

    /// In every datagram, to tell which key it was signed with.
    package let id: UInt64
    /// What is inside the two hashes of an HMAC before the message comes.
    private let inner: SHA256
    private let outer: SHA256

    /// - Parameter digest: The SHA-256 of a token, 32 bytes.
    package init(tokenDigest digest: [UInt8]) {
        id = Self.id(ofTokenDigest: digest)
        let key = Array(HMAC<SHA256>.authenticationCode(for: Self.keyLabel, using: SymmetricKey(data: digest)))
        let block = key + [UInt8](repeating: 0, count: Self.blockSize - key.count)
        var inner = SHA256()
        var outer = SHA256()
        inner.update(data: block.map { $0 ^ 0x36 })
        outer.update(data: block.map { $0 ^ 0x5C })
        (self.inner, self.outer) = (inner, outer)
    }

    package init(token: String) { self.init(tokenDigest: Array(SHA256.hash(data: Array(token.utf8)))) }

    /// The id of the key that is made of a token with that SHA-256.
    package static func id(ofTokenDigest digest: [UInt8]) -> UInt64 {
        let code = HMAC<SHA256>.authenticationCode(for: idLabel, using: SymmetricKey(data: digest))
        return code.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static let idLabel = Array("rollcall datagram 1 id".utf8)
    private static let keyLabel = Array("rollcall datagram 1 key".utf8)

    /// The tag of a message, as two words in the order of the network.
    package func tag(of message: RawSpan) -> DatagramTag {
        var hash = inner
        message.withUnsafeBytes { hash.update(bufferPointer: $0) }
        var whole = outer
        hash.finalize().withUnsafeBytes { whole.update(bufferPointer: $0) }
        return whole.finalize().withUnsafeBytes { bytes in
            DatagramTag(
                high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}

/// The end of a datagram, by which it is known to be whole and the holder's of a key.
package struct DatagramTag: Sendable {
    /// Of a datagram to or from a daemon that asks for no credentials.
    package static let none = DatagramTag(high: 0, low: 0)

    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Takes as long whatever differs.
    package func isSame(as other: DatagramTag) -> Bool { (high ^ other.high) | (low ^ other.low) == 0 }
}
