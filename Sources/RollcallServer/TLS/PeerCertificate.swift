import Crypto
import LivenessCore
import NIOSSL
import SwiftASN1
import X509

/// The certificate that a client has shown, and that an authority which counts has signed.
struct PeerCertificate: Sendable {
    /// What it says its holder is: the DNS names and URIs of its subjectAltName, or where it has none its common name.
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
            case .dnsName(let name), .uniformResourceIdentifier(let name): name
            default: nil
            }
        }
        if let alternatives, !alternatives.isEmpty {
            names = alternatives
        } else {
            names = parsed.subject.flatMap { $0 }.filter { $0.type == .RDNAttributeType.commonName }
                .compactMap { String($0.value) }
        }
    }
}
