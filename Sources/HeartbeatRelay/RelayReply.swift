import RollcallWire

/// A daemon's answer to a call with heartbeats; what is in an entry is passed on, whether it is known here or not.
struct RelayReply: Decodable, Hashable, Sendable {
    var services: [WireValue]
    var rejected: [WireValue]

    init(services: [WireValue] = [], rejected: [WireValue] = []) {
        self.services = services
        self.rejected = rejected
    }

    private enum CodingKeys: String, CodingKey {
        case services, rejected
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        services = try container.decodeIfPresent([WireValue].self, forKey: .services) ?? []
        rejected = try container.decodeIfPresent([WireValue].self, forKey: .rejected) ?? []
    }
}

/// What of it is for one reporter, with the positions that its heartbeats had in its own call.
struct RelayShare: Hashable, Sendable {
    var services: [WireValue] = []
    var rejected: [WireValue] = []

    /// The answer to `POST /v1/heartbeats`: only what the daemon has accepted is acknowledged.
    var document: WireValue {
        .object([
            "accepted": .integer(Int64(services.count)),
            "services": .array(services),
            "rejected": .array(rejected),
        ])
    }

    /// The answer to a single heartbeat.
    var entry: Result<WireValue, RelayRefusal> {
        if let entry = services.first { return .success(entry) }
        guard case .object(let fields)? = rejected.first, case .string(let code)? = fields["code"] else {
            return .failure(.noDaemon("the service is gone again", code: .unavailable))
        }
        var message = code
        if case .string(let text)? = fields["message"] { message = text }
        return .failure(RelayRefusal(rejection: WireErrorCode(rawValue: code), message))
    }
}

extension WireValue {
    /// The position that an entry names.
    var position: Int? {
        guard case .object(let fields) = self, case .integer(let index)? = fields["index"] else { return nil }
        return Int(exactly: index)
    }

    /// The report_interval that an entry tells its service.
    var reportInterval: Duration? {
        guard case .object(let fields) = self else { return nil }
        switch fields["report_interval"] {
        case .integer(let seconds)?:
            return WireLimits.reportInterval.contains(Double(seconds)) ? .seconds(seconds) : nil
        case .number(let seconds)?: return WireLimits.reportInterval.contains(seconds) ? .seconds(seconds) : nil
        default: return nil
        }
    }

    /// The same entry at another position.
    func at(_ position: Int) -> WireValue {
        guard case .object(var fields) = self else { return self }
        fields["index"] = .integer(Int64(position))
        return .object(fields)
    }
}
