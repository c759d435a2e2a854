package import LivenessCore

/// Edits: durable in the store first, then seen by readers, then answered.
extension LivenessEngine {
    /// Makes a leave or a failure durable.
    package func leave(_ departure: Departure) async throws(StoreError) -> DepartureResult {
        let results = try await fenced { () throws(StoreError) in
            try await self.store.depart([departure], at: self.time.wall)
        }
        guard let result = results.first else { return .notFound }
        if case .departed(let record, let incarnation) = result {
            let now = time.now
            shared.withLock { $0.departed(record, incarnation, at: now) }
            shared.publish()
            recorder.wakeup.signal()
        }
        return result
    }

    /// Creates a record; nil when there is one of that name.
    package func create(_ draft: ServiceDraft) async throws(StoreError) -> ServiceRecord? {
        let created = try await fenced { () throws(StoreError) in
            try await self.store.create(draft, at: self.time.wall)
        }
        guard let created else { return nil }
        adopt(created.value, created.transitions)
        return created.value
    }

    package func edit(_ edit: RecordEdit) async throws(StoreError) -> EditResult {
        let result = try await fenced { () throws(StoreError) in
            try await self.store.edit(edit, at: self.time.wall)
        }
        if case .edited(let record, let transitions) = result { adopt(record, transitions) }
        return result
    }

    /// Deletes a record.
    ///
    /// Returns false when there is none.
    package func delete(_ uuid: ServiceUUID, by: String?) async throws(StoreError) -> Bool {
        let deleted = try await fenced { () throws(StoreError) in
            try await self.store.delete(uuid, by: by, at: self.time.wall)
        }
        guard let deleted else { return false }
        let now = time.now
        shared.withLock { $0.deleted(deleted.value, at: now) }
        tail.append(deleted.transitions, to: shared)
        shared.publish()
        return true
    }

    private func adopt(_ record: ServiceRecord, _ transitions: [Transition]) {
        let now = time.now
        shared.withLock { $0.recordChanged(record, at: now) }
        tail.append(transitions, to: shared)
        shared.publish()
        recorder.wakeup.signal()
    }

    func fenced<Result: Sendable>(
        _ body: @Sendable () async throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        do {
            return try await body()
        } catch {
            fence.notice(error)
            throw error
        }
    }
}
