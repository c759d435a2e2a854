import FoundationEssentials
import RollcallWire
import Testing

@Suite("The contract's names")
struct ContractTests {
    private func fields(_ document: some Encodable) throws -> [String: WireValue] {
        try WireJSON.decode([String: WireValue].self, from: WireJSON.encode(document))
    }

    @Test("a service has every field of the contract, empty ones as null")
    func serviceFields() throws {
        let contract = """
            uuid, host, binary, topic, zone, status, disabled_reason, state, state_reason, state_since, last_state, \
            forced_down, forced_down_reason, forced_down_by, forced_down_at, forced_down_until, version, \
            report_interval, report_count, last_seen_up, age, incarnation, incarnation_number, workers, driver, \
            flapping, created_at, updated_at, index
            """.split(separator: ", ").map(String.init)
        let fields = try fields(WireService(uuid: "u", host: "h", binary: "b"))
        #expect(Set(fields.keys) == Set(contract))
        #expect(WireService.fieldNames == contract)
        #expect(fields["age"] == .null)
    }

    @Test("an answer to a heartbeat has every field of the contract")
    func entryFields() throws {
        let fields = try fields(HeartbeatEntry(index: 0, host: "h", binary: "b", uuid: "u"))
        #expect(
            Set(fields.keys) == [
                "index", "host", "binary", "worker", "uuid", "incarnation_number", "state", "state_reason", "status",
                "report_interval", "next_report_in", "deadline_in",
            ]
        )
    }

    @Test("a transition and a daemon have every field of the contract")
    func otherFields() throws {
        let transition = WireTransition(revision: 1, kind: .created, at: WireTime(microseconds: 0))
        #expect(
            Set(try fields(transition).keys) == [
                "revision", "kind", "uuid", "host", "binary", "topic", "zone", "from", "to", "reason", "at",
            ]
        )
        #expect(
            Set(try fields(WireDaemon(id: "d", host: "h", release: "1")).keys) == [
                "id", "host", "release", "schema_min", "schema_max", "phase_seen", "flush_lag", "last_seen", "left_at",
                "retired_at", "differing_settings",
            ]
        )
        #expect(
            Set(try fields(ServicesReply(services: [], revision: 1, logID: "l")).keys) == [
                "services", "revision", "log_id", "next_marker",
            ]
        )
    }

    @Test("what a heartbeat leaves out is not written")
    func omitted() throws {
        #expect(Set(try fields(WireHeartbeat(host: "h", binary: "b")).keys) == ["host", "binary"])
        #expect(try fields(HeartbeatOptions()).isEmpty)
    }

    @Test("down is earned or forced for exactly these reasons")
    func earned() {
        for word in ["forced_down", "left", "reported_failed", "heartbeat_missed", "session_expired"] {
            #expect(WireReason(rawValue: word).isEarnedDown)
        }
        for word in ["heartbeat", "backend_lost", "starting", "mass_failure", "never_reported", "of_a_later_version"] {
            #expect(!WireReason(rawValue: word).isEarnedDown)
        }
    }

    @Test("a version is two numbers", arguments: [("1.0", true), ("12.3456", true), ("1", false), ("1.0.0", false)])
    func versions(text: String, isVersion: Bool) {
        #expect((APIVersion(text)?.description == text) == isVersion)
        for bad in ["", ".", "1.", "+1.0", "1.-1", "99999.0", "1.0 "] { #expect(APIVersion(bad) == nil) }
        #expect(APIVersion.current.description == "1.0")
    }
}
