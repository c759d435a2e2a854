package import LivenessCore

/// Duties that one of the daemons of a database has, and another takes over when it is gone.
extension LivenessEngine {
    /// What is noted of a duty, and who has it; nil when nobody ever had it.
    package func duty(_ name: String) async throws(StoreError) -> FleetSetting? {
        try await store.fleetSetting(name)
    }

    /// Takes a duty over as it stood, or notes how far it is.
    ///
    /// - Returns: How it stands from now on; nil when somebody else was first.
    package func take(
        _ name: String,
        _ value: String,
        from standing: FleetSetting?
    ) async throws(StoreError) -> FleetSetting? {
        let duty = FleetSetting(name: name, value: value, setAt: time.wall, setBy: identity.id)
        return try await store.exchange(duty, for: standing) ? duty : nil
    }

    /// Whether a duty of that daemon may be taken over: it has left, is silent, or was never there.
    package func isGone(_ daemon: String) -> Bool {
        guard guarantees.isShared else { return true }
        let now = time.now
        return shared.withLock { machine in
            let silence = machine.settings.observationLostAfter
            // Of one that was not seen yet nothing is known at first.
            return machine.company.isLiving(daemon, at: now, silence: silence).map { !$0 }
                ?? (now - machine.began > silence)
        }
    }
}
