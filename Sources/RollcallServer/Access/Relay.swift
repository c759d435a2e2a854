import HTTPTypes
import LivenessCore
import RollcallWire

/// An agent through which heartbeats of other hosts came, as `Rollcall-Relay` names it.
struct Relay: Sendable {
    /// Bytes of a wrong name that are said back.
    private static let shownBytes = 300

    /// The host it runs on, byte by byte; empty where there is none.
    let host: [UInt8]

    /// Heartbeats that came directly.
    static let direct = Relay(host: [])

    private init(host: [UInt8]) { self.host = host }

    /// Nil for what is no name of a host; bytes that are no UTF-8 come with a character in their place.
    init?(_ name: String) {
        let bytes = Array(name.utf8)
        guard !name.contains("\u{FFFD}"), (1...NameRule.longestName).contains(bytes.count), NameText.flaw(bytes) == nil
        else { return nil }
        host = bytes
    }

    /// The one relay that a request names; nil where it names none, several, or what is no name.
    init?(statedIn fields: HTTPFields) {
        let names = fields[values: .relay]
        guard names.count == 1, let relay = Relay(names[0]) else { return nil }
        self = relay
    }

    /// The relay that a request names, if it names one.
    ///
    /// - Throws: 400 for a name that is none, 403 where whoever sends it may not report for that host.
    init(of fields: HTTPFields, sentBy identity: Identity) throws(APIError) {
        guard let name = fields[.relay] else {
            self = .direct
            return
        }
        guard let relay = Relay(statedIn: fields) else {
            let shown = NameChecks.clipped(name, toBytes: Self.shownBytes)
            throw APIError.malformed(
                "\(HeartbeatsRequest.relayHeader) is '\(shown)'; expected one name of a host: 1 to "
                    + "\(NameRule.longestName) bytes, none of them '/' or a control character",
                field: HeartbeatsRequest.relayHeader
            )
        }
        guard identity.mayRelay(from: relay.host[...]) else {
            throw APIError(.forbidden, .forbidden, "\(identity.name) may not report for \(name), whose relay it is")
        }
        self = relay
    }
}

extension Identity {
    /// Whether heartbeats may come through it as the relay of a host: only whose own services it may report.
    func mayRelay(from host: ArraySlice<UInt8>) -> Bool {
        roles.contains(.operator) || roles.contains(.reporter) && hosts.contains { $0.matches(host) }
    }
}
