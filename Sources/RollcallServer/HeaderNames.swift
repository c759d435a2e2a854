import HTTPTypes
import RollcallWire

extension HTTPField.Name {
    /// `Rollcall-API-Version`.
    static let apiVersion = HTTPField.Name(APIVersion.headerName) ?? .server
}
