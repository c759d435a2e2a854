internal import AsyncHTTPClient
internal import FoundationEssentials
internal import Glibc
internal import HeartbeatDatagrams
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import RollcallWire
internal import Synchronization

/// Carries one request to one endpoint.
enum HTTPTransport {
    /// One client for the process and each of its TLS settings, as HTTPClient.shared is one: they live as long as the
    /// process and need no shutdown.
    private static let clients = Mutex<[ClientTLS: HTTPClient]>([:])

    private static func client(_ tls: ClientTLS) throws -> HTTPClient {
        try clients.withLock { clients in
            if let client = clients[tls] { return client }
            let client = try makeClient(tls)
            clients[tls] = client
            return client
        }
    }

    /// Not HTTPClient.shared itself.
    ///
    /// That one tries a refused connection again until the time is over; here the next endpoint is tried at once.
    /// Redirects are not followed: a daemon sends none, and an edit must not become a GET.
    private static func makeClient(_ tls: ClientTLS) throws -> HTTPClient {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.retryConnectionEstablishment = false
        // Shorter than the 60 s after which a daemon closes an idle connection, so that we are first.
        configuration.connectionPool.idleTimeout = .seconds(50)
        configuration.httpVersion = .http1Only
        var secure = TLSConfiguration.makeClientConfiguration()
        secure.minimumTLSVersion = .tlsv12
        if let file = tls.authorities {
            secure.trustRoots = .certificates(try read(file) { try NIOSSLCertificate.fromPEMFile($0) })
        }
        if let file = tls.certificate {
            secure.certificateChain = try read(file) { try NIOSSLCertificate.fromPEMFile($0) }.map { .certificate($0) }
        }
        if let file = tls.key {
            secure.privateKey = .privateKey(try read(file) { try NIOSSLPrivateKey(file: $0, format: .pem) })
        }
        configuration.tlsConfiguration = secure
        return HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }

    /// A file of TLS that is not what it should be.
    private struct UnusableFile: Error, CustomStringConvertible {
        var file: String
        var cause: any Error

        var description: String { "\(file) cannot be used for TLS: \(cause)" }
    }

    private static func read<Value>(_ file: String, _ body: (String) throws -> Value) throws -> Value {
        do { return try body(file) } catch { throw UnusableFile(file: file, cause: error) }
    }

    /// Sends the request and reads the whole answer, within the two limits of the configuration.
    static func send(
        _ request: ClientRequest,
        to endpoint: Endpoint,
        _ configuration: ClientConfiguration
    ) async throws -> ClientReply {
        let response = try await respond(request, endpoint, configuration)
        return try await collect(response, configuration)
    }

    /// Sends the request and hands on the answer piece by piece.
    ///
    /// - Throws: A `ClientError` when the endpoint refused, and `TimeLimitExceeded` when it said nothing for too long.
    static func stream(
        _ request: ClientRequest,
        from endpoint: Endpoint,
        _ configuration: ClientConfiguration,
        silence: Duration,
        take: @escaping @Sendable ([UInt8]) throws -> Void
    ) async throws {
        let response = try await respond(request, endpoint, configuration)
        guard response.status == .ok else {
            throw try await collect(response, configuration).refusal(from: endpoint)
        }
        let heard = LastHeard()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for try await piece in response.body {
                    heard.at.withLock { $0 = .now }
                    try take(Array(piece.readableBytesView))
                }
            }
            group.addTask {
                while true {
                    let end = heard.at.withLock { $0 } + silence
                    guard ContinuousClock.now < end else { throw TimeLimitExceeded(limit: silence) }
                    try await Task.sleep(until: end, clock: .continuous)
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private final class LastHeard: Sendable {
        let at = Mutex(ContinuousClock.now)
    }

    private static func respond(
        _ request: ClientRequest,
        _ endpoint: Endpoint,
        _ configuration: ClientConfiguration
    ) async throws -> HTTPClientResponse {
        var outgoing = HTTPClientRequest(url: endpoint.url + request.target.text)
        outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
        outgoing.headers.add(name: APIVersion.headerName, value: APIVersion.current.description)
        outgoing.headers.add(name: "Accept", value: "application/json")
        for header in request.headers {
            outgoing.headers.replaceOrAdd(name: header.name, value: header.value)
        }
        if let body = request.body {
            outgoing.headers.add(name: "Content-Type", value: "application/json")
            outgoing.body = .bytes(ByteBuffer(bytes: body))
        }
        let sent = outgoing
        let client = try client(configuration.tls)
        return try await underLimit(configuration.answerTimeout + request.patience) {
            // The limit around this call is what counts; this one only has to be longer.
            try await client.execute(sent, timeout: .hours(1))
        }
    }

    private static func collect(
        _ response: HTTPClientResponse,
        _ configuration: ClientConfiguration
    ) async throws -> ClientReply {
        let body = try await underLimit(configuration.bodyTimeout) {
            try await response.body.collect(upTo: configuration.maximumReplyBytes)
        }
        return ClientReply(
            status: Int(response.status.code),
            tag: response.headers.first(name: "ETag"),
            datagramPort: response.headers.first(name: HeartbeatDatagram.portHeader).flatMap { UInt16($0) }.map(
                Int.init
            ),
            bitmap: bitmap(response),
            body: Data(body.readableBytesView)
        )
    }

    private static func bitmap(_ response: HTTPClientResponse) -> (first: Int64, count: Int)? {
        guard let first = response.headers.first(name: UpBitmap.firstHeader).flatMap({ Int64($0) }),
            let count = response.headers.first(name: UpBitmap.countHeader).flatMap({ Int($0) })
        else { return nil }
        return (first, count)
    }

    /// The status with which any HTTP server answers a GET; its body is not read.
    static func status(of url: String, within limit: Duration) async throws -> Int {
        let client = try client(ClientTLS())
        return try await underLimit(limit) {
            Int(try await client.execute(HTTPClientRequest(url: url), timeout: .hours(1)).status.code)
        }
    }

    /// A sentence about an error of the transport, for people.
    static func words(for error: any Error) -> String {
        switch error {
        case let error as TimeLimitExceeded: error.description
        case let error as HTTPClientError where error == .remoteConnectionClosed: "the connection was closed"
        case let error as HTTPClientError where error == .connectTimeout: "no connection in time"
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { words(for: $0.error) }
                ?? error.dnsAError.map { _ in "\(error.host) is not known" }
                ?? "no connection to \(error.host):\(error.port)"
        case let error as IOError: error.errnoCode > 0 ? String(cString: strerror(error.errnoCode)) : "\(error)"
        // Its own words are those of a library about its source.
        case _ where String(reflecting: type(of: error)).hasPrefix("NIOSSL."):
            "it does not speak TLS, or is not trusted"
        default: "\(error)"
        }
    }
}
