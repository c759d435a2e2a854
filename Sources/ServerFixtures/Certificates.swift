/// An authority, a server's certificate for 127.0.0.1 and a client's, as PEM files.
package struct Certificates: Sendable {
    package let authority: String
    package let client: String
    package let clientKey: String
    private let folder: String

    private static let environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent"]

    /// Makes them: `authority.pem`, `server.pem` and `client.pem`, each with its `.key`.
    package init(in folder: String) async throws {
        self.folder = folder
        authority = "\(folder)/authority.pem"
        client = "\(folder)/client.pem"
        clientKey = "\(folder)/client.key"
        let request = ["req", "-x509", "-nodes", "-days", "2", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        try await Self.openssl(
            request + ["-subj", "/CN=authority of the test", "-out", authority, "-keyout", "\(folder)/authority.key"],
            in: folder
        )
        for name in ["server", "client"] {
            try await Self.openssl(
                request + [
                    "-CA", authority, "-CAkey", "\(folder)/authority.key", "-subj", "/CN=\(name) of the test",
                    "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
                    "-addext", "basicConstraints=critical,CA:FALSE",
                    "-out", "\(folder)/\(name).pem", "-keyout", "\(folder)/\(name).key",
                ],
                in: folder
            )
        }
    }

    /// Makes `NAME.pem` with `NAME.key`, for that DNS name and until tomorrow, or yesterday.
    package func issue(_ name: String, for dnsName: String, isExpired: Bool = false) async throws {
        let request = "\(folder)/\(name).csr"
        try await Self.openssl(
            [
                "req", "-new", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-subj", "/CN=\(name) of the test", "-addext", "subjectAltName=DNS:\(dnsName),IP:127.0.0.1",
                "-out", request, "-keyout", "\(folder)/\(name).key",
            ],
            in: folder
        )
        try await Self.openssl(
            [
                "x509", "-req", "-in", request, "-copy_extensions", "copy", "-days", isExpired ? "-1" : "1",
                "-CA", authority, "-CAkey", "\(folder)/authority.key", "-out", "\(folder)/\(name).pem",
            ],
            in: folder
        )
    }

    private static func openssl(_ arguments: [String], in folder: String) async throws {
        let process = try SpawnedProcess(
            "/usr/bin/openssl",
            arguments,
            environment: environment,
            output: "\(folder)/openssl"
        )
        guard try await process.ended() == .exited(0) else {
            throw ServerFailed(what: "openssl \(arguments[0])", messages: process.messages)
        }
    }
}
