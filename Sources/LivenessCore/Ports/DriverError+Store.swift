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
    /// What the table showed.
    package init(_ observation: HeartbeatObservation) {
        self.init(
            epoch: observation.head.logID,
            daemons: observation.daemons,
            brakes: observation.brakes,
            changed: observation.changed,
            head: observation.head
        )
    }
}
