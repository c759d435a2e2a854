import LivenessCore
import RollcallWire

extension ServiceDraft {
    /// Checks a creation against the contract's rules.
    init(_ creation: ServiceCreation, by caller: String) throws(APIError) {
        try NameChecks.check(creation.host, field: "host")
        try NameChecks.check(creation.binary, field: "binary")
        if let topic = creation.topic { try NameChecks.check(topic, field: "topic") }
        if let zone = creation.zone { try NameChecks.check(zone, field: "zone") }
        self.init(
            uuid: ServiceUUID(random: .random(in: 0 ... .max), .random(in: 0 ... .max)),
            name: LivenessCore.ServiceName(host: creation.host, binary: creation.binary)
        )
        topic = creation.topic
        zone = creation.zone
        switch creation.status {
        case nil, .some(.enabled): isDisabled = false
        case .some(.disabled): isDisabled = true
        default: throw APIError.malformed("status is not enabled or disabled", field: "status")
        }
        if let reason = creation.disabledReason {
            try NameChecks.check(reason: reason, field: "disabled_reason")
            guard isDisabled else {
                throw APIError.malformed("disabled_reason is for a service that is disabled", field: "disabled_reason")
            }
            disabledReason = reason
        }
        by = caller
    }
}
