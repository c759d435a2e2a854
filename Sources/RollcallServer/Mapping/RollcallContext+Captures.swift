import Addresses
import Hummingbird
import LivenessCore

extension RollcallContext {
    /// A part of the path, decoded.
    func capture(_ name: String) throws(APIError) -> String {
        guard let raw = parameters.get(name), let text = PercentDecoding.decode(raw) else {
            throw APIError.malformed("the path has a '%' that encodes no character")
        }
        return text
    }

    /// The service that the path names by host and binary.
    func serviceName() throws(APIError) -> ServiceName {
        ServiceName(host: try capture("key"), binary: try capture("binary"))
    }

    /// The record that the path names by its uuid.
    func uuid() throws(APIError) -> ServiceUUID {
        let text = try capture("key")
        guard let uuid = ServiceUUID(text) else { throw APIError.noSuchService(text) }
        return uuid
    }
}
