import Hummingbird
import HummingbirdCore
import NIOCore
import RollcallWire

/// What a handler knows of a request beside the request.
struct RollcallContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    /// nil where there is no real connection, as in tests of the router alone.
    let connection: Connection?
    /// Who asks, as the request's credential says.
    var identity = Identity.nobody

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
        connection = Connection.current
    }

    var maxUploadSize: Int { WireLimits.bodyBytes }

    /// Who asks, and from where, for the record of an edit.
    var caller: String { identity.caller(at: channel.remoteAddress?.ipAddress) }

    /// Who is at the other end, as far as the connection tells.
    var peer: Peer { connection?.peer ?? .anyone }

    /// The address this connection came in at.
    var localAddress: String? { channel.localAddress?.ipAddress }
}
