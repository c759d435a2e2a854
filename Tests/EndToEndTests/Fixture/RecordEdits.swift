import RollcallClient
import RollcallWire
import Testing

/// Changes to records, one after the other, and what was acknowledged of them.
struct RecordEdits {
    /// The records these changes make.
    static var created: ServiceQuery {
        var query = ServiceQuery()
        query.topics = ["edited"]
        return query
    }

    private enum Fate {
        case created
        case disabled(reason: String)
        case deleted
        case left
    }

    /// What is known to be so, by host.
    private var acknowledged: [(host: String, fate: Fate)] = []
    /// Acknowledged changes of every kind.
    private(set) var count = 0

    /// Makes one change after the other until the daemon answers no more.
    ///
    /// The change that got no answer is known neither to be there nor not to be: no record of it is looked at.
    mutating func goOn(at client: RollcallClient) async {
        for number in 0... {
            do {
                try await change(number, client)
            } catch {
                return
            }
        }
    }

    private mutating func change(_ number: Int, _ client: RollcallClient) async throws {
        let host = "edited-\(number)"
        var creation = ServiceCreation(host: host, binary: "worker")
        creation.topic = "edited"
        let service = try await client.createService(creation)
        count += 1
        var fate = Fate.created
        switch number % 4 {
        case 1:
            var patch = ServicePatch()
            patch.status = .disabled
            patch.disabledReason = .set("reason \(number)")
            _ = try await client.edit(service.uuid, patch)
            fate = .disabled(reason: "reason \(number)")
            count += 1
        case 2:
            try await client.deleteService(uuid: service.uuid)
            fate = .deleted
            count += 1
        case 3:
            var heartbeat = WireHeartbeat(host: host, binary: "worker")
            heartbeat.incarnation = "only"
            _ = try await client.sendHeartbeat(heartbeat)
            try await client.leave(ServiceName(host: host, binary: "worker"), incarnation: "only")
            fate = .left
            count += 2
        default: break
        }
        acknowledged.append((host, fate))
    }

    /// Looks whether everything acknowledged is so.
    func expectAll(at client: RollcallClient) async throws {
        let services = try await client.services(Self.created).services
        let byHost = Dictionary(services.map { ($0.host, $0) }) { first, _ in first }
        for (host, fate) in acknowledged {
            let service = byHost[host]
            switch fate {
            case .created: #expect(service?.status == .enabled, "\(host) was created")
            case .disabled(let reason):
                #expect(service?.status == .disabled && service?.disabledReason == reason, "\(host) was disabled")
            case .deleted: #expect(service == nil, "\(host) was deleted")
            case .left: #expect(service?.state == .down && service?.stateReason == .left, "\(host) left")
            }
        }
        #expect(acknowledged.count >= 28)
    }
}
