import NIOCore
import NIOSSL
import Synchronization

/// The certificate that the server shows, and whose signatures it takes on those of clients; both can be replaced while
/// the daemon runs: a connection keeps what it began with.
package final class ServerTLS: Sendable {
    /// What was read of the files.
    package struct Material: Sendable {
        fileprivate let context: NIOSSLContext

        /// Reads the files and sees whether they fit together.
        ///
        /// - Parameters:
        ///   - certificate: The server's certificate and those between it and the authority, as PEM.
        ///   - key: Its private key, as PEM.
        ///   - clientAuthority: Who signs the certificates of clients, as PEM; `nil` where none is asked for.
        /// - Throws: What is wrong with which of them.
        package init(certificate: String, key: String, clientAuthority: String?) throws(Fault) {
            let chain = try Fault.of(.certificate, certificate) { try NIOSSLCertificate.fromPEMFile(certificate) }
            guard !chain.isEmpty else {
                throw Fault(file: .certificate, message: "\(certificate) holds no certificate")
            }
            let privateKey = try Fault.of(.key, key) { try NIOSSLPrivateKey(file: key, format: .pem) }
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(privateKey)
            )
            configuration.minimumTLSVersion = .tlsv12
            // Who is let go to make room for others must not hold that room by not saying goodbye.
            configuration.shutdownTimeout = .milliseconds(100)
            if let clientAuthority {
                let roots = try Fault.of(.clientAuthority, clientAuthority) {
                    try NIOSSLCertificate.fromPEMFile(clientAuthority)
                }
                guard !roots.isEmpty else {
                    throw Fault(file: .clientAuthority, message: "\(clientAuthority) holds no certificate")
                }
                configuration.trustRoots = .certificates(roots)
                // Who shows none may have a token; who shows one that does not hold is refused in the handshake.
                configuration.certificateVerification = .optionalVerification
                configuration.sendCANameList = true
            }
            let complete = configuration
            context = try Fault.of(.key, key) { try NIOSSLContext(configuration: complete) }
        }
    }

    /// What is wrong with a file.
    package struct Fault: Error, Sendable {
        package enum File: Sendable {
            case certificate
            case key
            case clientAuthority
        }

        package var file: File
        package var message: String

        fileprivate static func of<Value>(
            _ file: File,
            _ path: String,
            _ body: () throws -> Value
        ) throws(Fault) -> Value {
            do { return try body() } catch {
                throw Fault(file: file, message: "\(path) cannot be used: \(error)")
            }
        }
    }

    private let material: Mutex<Material>

    package init(_ material: Material) {
        self.material = Mutex(material)
    }

    /// Holds for the connections that come in from now on.
    package func adopt(_ material: Material) {
        self.material.withLock { $0 = material }
    }

    func handler() -> NIOSSLServerHandler {
        NIOSSLServerHandler(context: material.withLock { $0.context })
    }
}
