import Crypto

/// The keys of services and canaries, as every program that shares the servers spells them.
///
/// `NAMESPACE:1:HOST:BINARY:WORKER`, each part with `%`, `/`, `:`, `!` and `#` (which keys of other kinds begin with) and
/// whatever memcached allows in no key (blanks, control characters, all that is not ASCII) percent-encoded; over 200
/// bytes `NAMESPACE:1:#` and the SHA-256 of what it would have been, in hexadecimal digits.
struct MemcachedKey: Sendable {
    /// The version of the format.
    private static let version = 1
    /// The server takes 250.
    private static let longest = 200

    let namespace: String

    func service(host: String, binary: String, worker: String) -> String {
        let parts = [host, binary, worker].map(Self.encoded).joined(separator: ":")
        return shortened("\(namespace):\(Self.version):\(parts)")
    }

    /// The canary of a daemon on the server of that number.
    func canary(server: Int, daemon: String) -> String {
        shortened("\(namespace):\(Self.version):!canary:\(server):\(Self.encoded(daemon))")
    }

    /// Where a daemon counts its flushes on the server of that number.
    func count(server: Int, daemon: String) -> String {
        shortened("\(namespace):\(Self.version):!flushes:\(server):\(Self.encoded(daemon))")
    }

    private func shortened(_ key: String) -> String {
        guard key.utf8.count > Self.longest else { return key }
        return "\(namespace):\(Self.version):#\(Self.digest(key))"
    }

    private static func encoded(_ part: String) -> String {
        var encoded: [UInt8] = []
        for byte in part.utf8 {
            switch byte {
            case UInt8(ascii: "%"), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "!"), UInt8(ascii: "#"), ...0x20,
                0x7F...:
                encoded.append(UInt8(ascii: "%"))
                encoded.append(digits[Int(byte >> 4)])
                encoded.append(digits[Int(byte & 15)])
            default: encoded.append(byte)
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static func digest(_ key: String) -> String { hexadecimal(SHA256.hash(data: Array(key.utf8))) }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        var hexadecimal: [UInt8] = []
        for byte in bytes {
            hexadecimal.append(lowerDigits[Int(byte >> 4)])
            hexadecimal.append(lowerDigits[Int(byte & 15)])
        }
        return String(decoding: hexadecimal, as: UTF8.self)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)
    private static let lowerDigits = Array("0123456789abcdef".utf8)
}
