package import LivenessCore

/// Edits: durable in the store first, then seen by readers, then answered.
extension LivenessEngine {
    /// Makes a leave or a failure durable.
    package func leave(_ departure: Departure) async throws(StoreError) -> DepartureResult {
        let result = try await inOrder { () throws(StoreError) in
            let results = try await self.store.depart([departure], at: self.time.wall)
            guard let result = results.first else { return DepartureResult.notFound }
            if case .departed(let record, let incarnation) = result {
                let now = self.time.now
                self.shared.withLock { $0.departed(record, incarnation, at: now) }
            }
            return result
        }
        brakeKeeper.lookIfNeeded()
        shared.publish()
        recorder.wakeup.signal()
        return result
    }

    /// Creates a record; nil when there is one of that name.
    package func create(_ draft: ServiceDraft) async throws(StoreError) -> ServiceRecord? {
        try await inOrder { () throws(StoreError) in
            guard let created = try await self.store.create(draft, at: self.time.wall) else { return nil }
            self.adopt(created.value, created.transitions)
            return created.value
        }
    }

    /// Applies an operator's edit whole, or not at all.
    package func edit(_ edit: RecordEdit) async throws(StoreError) -> EditResult {
        try await inOrder { () throws(StoreError) in
            let result = try await self.store.edit(edit, at: self.time.wall)
            if case .edited(let record, let transitions) = result { self.adopt(record, transitions) }
            return result
        }
    }

    /// Deletes a record.
    ///
    /// Returns false when there is none.
    package func delete(_ uuid: ServiceUUID, by: String?) async throws(StoreError) -> Bool {
        try await inOrder { () throws(StoreError) in
            guard let deleted = try await self.store.delete(uuid, by: by, at: self.time.wall) else { return false }
            let now = self.time.now
            self.shared.withLock { $0.deleted(deleted.value, at: now) }
            self.tail.append(deleted.transitions, to: self.shared)
            self.shared.publish()
            return true
        }
    }

    /// Looks a service up that is not on the board where the fleet moves in from; nothing where it does not.
    ///
    /// - Throws: `StoreError` when that database does not answer.
    package func lookUp(_ uuid: ServiceUUID) async throws(StoreError) {
        guard let fallback, board.findRemembered(uuid) == nil else { return }
        try await fallback.bring(uuid)
    }

    private func adopt(_ record: ServiceRecord, _ transitions: [Transition]) {
        let now = time.now
        shared.withLock { $0.recordChanged(record, at: now) }
        tail.append(transitions, to: shared)
        shared.publish()
        recorder.wakeup.signal()
    }

    /// Changes a record and lets the machine know, with nobody in between.
    private func inOrder<Value: Sendable>(
        _ body: @Sendable () async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await turnstile.pass(body)
        } catch {
            fence.notice(error)
            throw error
        }
    }
}
