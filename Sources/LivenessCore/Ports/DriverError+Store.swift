extension DriverError {
    /// What a store's failure means to a driver that rests on it.
    package init(_ error: StoreError) {
        let code: Code =
            switch error.code {
            case .unavailable, .inUse: .lost
            case .fenced: .fenced
            case .schema, .corrupt: .corrupt
            }
        self.init(code, error.message, cause: error.cause)
    }
}

extension BackendObservation {
    /// An observation of the table, with rows that were looked at after it.
    package init(_ observation: HeartbeatObservation, looked: [ServiceRecord]) {
        let ids = Set(looked.map(\.id))
        self.init(
            epoch: observation.head.logID,
            daemons: observation.daemons,
            changed: observation.changed.filter { !ids.contains($0.id) } + looked,
            head: observation.head
        )
    }
}
