import Crypto
import LivenessCore
import NIOSSL
import SwiftASN1
import X509

/// The certificate that a client has shown, and that an authority which counts has signed.
struct PeerCertificate: Sendable {
    /// What it says its holder is: the DNS names and URIs of its subjectAltName, or where it has no such extension its one
    /// common name.
    ///
    /// A URI has a colon and a DNS name has none: neither can be taken for the other.
    let names: [String]
    /// The SHA-256 of its DER.
    let fingerprint: [UInt8]
    /// When it ends; a connection may outlast it.
    let notAfter: Timestamp

    /// - Throws: When it cannot be read.
    init(_ certificate: NIOSSLCertificate) throws {
        let der = try certificate.toDERBytes()
        fingerprint = Array(SHA256.hash(data: der))
        notAfter = Timestamp(microseconds: Int64(certificate.notValidAfter) * 1_000_000)
        let parsed = try Certificate(derEncoded: der)
        let alternatives = try parsed.extensions.subjectAlternativeNames?.compactMap { name in
            switch name {
            case .dnsName(let name) where !name.contains(":"): name
            case .uniformResourceIdentifier(let name) where name.contains(":"): name
            default: nil
            }
        }
        if let alternatives {
            names = alternatives
        } else {
            let common = parsed.subject.flatMap { $0 }.filter { $0.type == .RDNAttributeType.commonName }
            names = common.count == 1 ? common.compactMap { String($0.value) } : []
        }
    }
}
