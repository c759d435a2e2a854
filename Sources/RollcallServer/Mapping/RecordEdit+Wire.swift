import LivenessCore
import RollcallWire

extension RecordEdit {
    /// The longest forced down by duration: longer is meant to be without an end.
    private static let longestForcedDown = 10 * 365 * 86_400.0

    /// Checks a patch against the contract's rules.
    ///
    /// A duration counts from `now`.
    init(_ patch: ServicePatch, of uuid: ServiceUUID, by caller: String, at now: Timestamp) throws(APIError) {
        self.init(uuid: uuid)
        by = caller
        switch patch.status {
        case nil: break
        case .some(.enabled): isDisabled = false
        case .some(.disabled): isDisabled = true
        default: throw APIError.malformed("status is not enabled or disabled", field: "status")
        }
        disabledReason = try Self.reason(patch.disabledReason, field: "disabled_reason")
        forcedDown = patch.forcedDown
        forcedDownReason = try Self.reason(patch.forcedDownReason, field: "forced_down_reason")
        switch patch.forcedDownUntil {
        case .unchanged: break
        case .cleared: forcedDownUntil = .some(nil)
        case .set(.at(let time)):
            guard time.microseconds > now.microseconds else {
                throw APIError.malformed("forced_down_until is not in the future", field: "forced_down_until")
            }
            forcedDownUntil = Timestamp(microseconds: time.microseconds)
        case .set(.after(let seconds)):
            guard seconds > 0, seconds <= Self.longestForcedDown else {
                throw APIError.malformed(
                    "forced_down_until is not a time, and as a duration not more than 0 and at most ten years",
                    field: "forced_down_until"
                )
            }
            forcedDownUntil = now + .seconds(seconds)
        }
        switch patch.zone {
        case .unchanged: break
        case .cleared: zone = .some(nil)
        case .set(let name):
            try NameChecks.check(name, field: "zone")
            zone = name
        }
    }

    private static func reason(_ patched: Patched<String>, field: String) throws(APIError) -> String?? {
        switch patched {
        case .unchanged: return nil
        case .cleared: return .some(nil)
        case .set(let reason):
            try NameChecks.check(reason: reason, field: field)
            return reason
        }
    }
}
