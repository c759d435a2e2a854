import Addresses
import Hummingbird

/// What a handler of a relay knows of a request beside the request.
struct RelayContext: RequestContext {
    var coreContext: CoreRequestContextStorage

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }

    /// A part of the path, decoded.
    func capture(_ name: String) throws(RelayRefusal) -> String {
        guard let raw = parameters.get(name), let text = PercentDecoding.decode(raw) else {
            throw .malformed("the path has a '%' that encodes no character")
        }
        return text
    }
}
