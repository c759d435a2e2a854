import HTTPTypes
import LivenessEngine
import NIOCore

/// A call that has a short way, as its head says it.
enum ShortCall: Sendable {
    /// `POST /v1/heartbeats`.
    case heartbeats(Intake.AnswerScope)
    /// `PUT /v1/services/HOST/BINARY/heartbeat`.
    case heartbeat(ServicePath)
    /// `GET /v1/services/HOST/BINARY/state`.
    case state(ServicePath)

    /// Nil for every other call, and for one whose target has to be read with more care than here.
    init?(_ method: HTTPRequest.Method, _ target: String) {
        switch method {
        case .get:
            guard let path = ServicePath(target, endingIn: "/state") else { return nil }
            self = .state(path)
        case .put:
            guard let path = ServicePath(target, endingIn: "/heartbeat") else { return nil }
            self = .heartbeat(path)
        case .post:
            switch target {
            case "/v1/heartbeats", "/v1/heartbeats?reply=full": self = .heartbeats(.all)
            case "/v1/heartbeats?reply=brief": self = .heartbeats(.news)
            default: return nil
            }
        default: return nil
        }
    }

    /// Whether its body says something.
    var readsBody: Bool { if case .state = self { false } else { true } }

    /// What the caller wants to be told of its heartbeats.
    var scope: Intake.AnswerScope { if case .heartbeats(let scope) = self { scope } else { .all } }

    /// The heartbeats that it says with this body; nil where it is a question.
    func document(_ body: ByteBuffer) throws(DocumentError) -> HeartbeatDocument? {
        switch self {
        case .heartbeats: return try HeartbeatScanner.scan(Array(buffer: body))
        case .heartbeat(let path):
            return try HeartbeatScanner.scan(
                Array(buffer: body),
                host: path.bytes[path.host],
                binary: path.bytes[path.binary]
            )
        case .state: return nil
        }
    }
}
