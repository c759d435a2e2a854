package import LivenessCore

/// All that a store holds, in one order, so that before and after, or one store and another, can be compared.
package struct StoreContent: Hashable, Sendable {
    package var services: [ServiceRecord]
    package var incarnations: [IncarnationRecord]
    package var transitions: [Transition]
    package var daemons: [DaemonRecord]
    package var brakes: [BrakeRecord]
    package var revision: Int64
    package var newestStamp: Timestamp?

    package init(of store: any RecordStore, since: Timestamp = Timestamp(microseconds: 0)) async throws {
        var services: [ServiceRecord] = []
        var incarnations: [IncarnationRecord] = []
        let head = try await store.load(since: since) { (page: sending LoadedPage) throws(StoreError) in
            services += page.services
            incarnations += page.incarnations
        }
        // What loading leaves out because the records say it.
        let plain = Set(services.map(\.id)).subtracting(incarnations.map(\.serviceID))
        incarnations += try await store.records(plain.sorted()).incarnations
        self.services = services.sorted { $0.id < $1.id }
        self.incarnations = incarnations.sorted {
            ($0.serviceID, $0.worker, $0.number) < ($1.serviceID, $1.worker, $1.number)
        }
        transitions = try await store.transitions(since: 0, limit: .max).transitions
        daemons = head.daemons
        brakes = try await store.brakes(limit: .max)
        revision = head.head.revision
        newestStamp = head.newestStamp
    }
}
