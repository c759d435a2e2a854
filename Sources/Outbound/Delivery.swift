import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// One try to send something over HTTP.
struct Delivery: Sendable {
    enum Outcome: Equatable {
        case taken
        /// The receiver will not take it, however often it is sent.
        case refused(String)
        /// It may take it later.
        case failed(String)
    }

    /// From the first byte to the last one of the answer.
    static let longest = Duration.seconds(10)

    let client: HTTPClient

    /// A client that follows nobody elsewhere: what is signed for one receiver is nobody else's.
    static func makeClient(_ group: any EventLoopGroup) -> HTTPClient {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroup: group, configuration: configuration)
    }

    func get(_ url: String) async -> Outcome {
        await send(HTTPClientRequest(url: url), within: Self.longest)
    }

    func post(
        _ body: [UInt8],
        _ headers: [(String, String)],
        to url: String,
        within limit: Duration = longest
    ) async -> Outcome {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers = HTTPHeaders(headers)
        request.body = .bytes(ByteBuffer(bytes: body))
        return await send(request, within: limit)
    }

    private func send(_ request: HTTPClientRequest, within limit: Duration) async -> Outcome {
        do {
            let response = try await client.execute(request, timeout: TimeAmount(limit))
            let status = Int(response.status.code)
            // What it says beside the status is not read.
            switch status {
            case 200..<300: return .taken
            case 408, 425, 429, 500...: return .failed("status \(status)")
            default: return .refused("status \(status)")
            }
        } catch {
            return .failed("\(error)")
        }
    }
}
