import Hummingbird
import HummingbirdCore
import LivenessCore
import RollcallWire

/// What a list is asked for.
struct ServiceQuery: Hashable {
    var hosts: Set<String>
    var binaries: Set<String>
    var topics: Set<String>
    var zones: Set<String>
    var states: Set<LivenessState>
    var isDisabled: Set<Bool>
    var unknownReading: UnknownReading?
    /// nil: all.
    var limit: Int?
    /// The last service of the page before.
    var marker: ServiceUUID?
    var fields: [ServiceField]

    /// All of them, with all fields.
    init() {
        hosts = []
        binaries = []
        topics = []
        zones = []
        states = []
        isDisabled = []
        fields = ServiceField.allCases
    }

    init(_ query: QueryParameters) throws(APIError) {
        hosts = Set(query.all("host"))
        binaries = Set(query.all("binary"))
        topics = Set(query.all("topic"))
        zones = Set(query.all("zone"))
        states = Set(try query.states("state"))
        isDisabled = []
        for status in query.all("status") {
            switch status {
            case "enabled": isDisabled.insert(false)
            case "disabled": isDisabled.insert(true)
            default: throw APIError.malformed("status is not enabled or disabled", field: "status")
            }
        }
        unknownReading = try query.unknownReading()
        let sizes = Int64(WireLimits.pageSize.lowerBound)...Int64(WireLimits.pageSize.upperBound)
        limit = try query.integer("limit", in: sizes).map(Int.init)
        marker = nil
        if let text = query["marker"] {
            guard let uuid = ServiceUUID(text) else {
                throw APIError.malformed("marker is not a uuid", field: "marker")
            }
            marker = uuid
        }
        fields = try Self.fields(query.all("fields"))
    }

    /// The fields named, in the order in which a service has them; all when none is named.
    private static func fields(_ lists: [String]) throws(APIError) -> [ServiceField] {
        var wanted: Set<ServiceField> = []
        for name in lists.flatMap({ $0.split(separator: ",") }) {
            guard let field = ServiceField(name: String(name)) else {
                throw APIError.malformed("a service has no field '\(name)'", field: "fields")
            }
            wanted.insert(field)
        }
        return wanted.isEmpty ? ServiceField.allCases : ServiceField.allCases.filter(wanted.contains)
    }
}
