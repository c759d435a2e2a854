import Hummingbird
import HummingbirdCore
import NIOCore
import RollcallWire

/// What a handler knows of a request beside the request.
struct RollcallContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    private let channel: any Channel
    /// nil where there is no real connection, as in tests of the router alone.
    let connection: Connection?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
        connection = Connection.current
    }

    var maxUploadSize: Int { WireLimits.bodyBytes }

    /// Who asks, for the record of an edit.
    ///
    /// There are no credentials yet, so nobody has a name.
    var caller: String { "anonymous@\(channel.remoteAddress?.ipAddress ?? "local")" }

    /// The address this connection came in at.
    var localAddress: String? { channel.localAddress?.ipAddress }
}
