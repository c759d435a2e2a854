package import LivenessCore

/// Brings the records of Nova's cells over.
///
/// It writes nothing where two records have one name: which of them is meant is not for a program to guess. What it has
/// written it finds again, so it can be run once more, also after it was killed.
package struct NovaImporter: Sendable {
    package let cells: [NovaDatabase]
    private let store: any RecordStore

    package init(from cells: [NovaDatabase], to store: any RecordStore) {
        self.cells = cells
        self.store = store
    }

    /// What the cells hold now.
    ///
    /// - Throws: `NovaError` when one of them cannot be read.
    /// - Returns: The cells in their order.
    package func read() async throws -> [NovaCell] {
        var read: [NovaCell] = []
        for place in cells.indices { read.append(try await self.read(place)) }
        return read
    }

    /// What the cell at that place holds now.
    package func read(_ place: Int) async throws -> NovaCell {
        var cell = try await cells[place].read()
        cell.place = place
        return cell
    }

    /// Compares both sides as they are now.
    ///
    /// - Throws: `NovaError` or `StoreError` when one of them cannot be read.
    /// - Returns: What is missing here, what is different, and what contradicts itself.
    package func compare(takesDeleted: Bool) async throws -> NovaComparison {
        try await compare(try await read(), takesDeleted: takesDeleted)
    }

    /// The same with what the cells held when they were read.
    package func compare(_ read: [NovaCell], takesDeleted: Bool) async throws -> NovaComparison {
        var records: [ServiceRecord] = []
        _ = try await store.load(since: Timestamp(microseconds: .min)) { page in records += page.services }
        return NovaComparison(read, here: records, takesDeleted: takesDeleted)
    }

    /// Writes what is missing, so many records in one transaction.
    ///
    /// - Parameters:
    ///   - services: Those that a comparison found missing.
    ///   - batch: Records in one transaction: others wait for the log meanwhile.
    ///   - now: The time on the wall clock.
    ///   - report: Is told how many are written.
    /// - Throws: `StoreError`; what was written before stays.
    /// - Returns: Those whose name somebody else took meanwhile.
    package func write(
        _ services: [ImportedService],
        batch: Int,
        at now: Timestamp,
        report: (Int) -> Void
    ) async throws -> [ImportedService] {
        var refused: [ImportedService] = []
        for start in stride(from: 0, to: services.count, by: max(1, batch)) {
            let slice = Array(services[start..<min(start + max(1, batch), services.count)])
            for (service, result) in zip(slice, try await store.take(slice, at: now)) {
                if case .conflict = result { refused.append(service) }
            }
            report(start + slice.count)
        }
        return refused
    }

    /// Takes the place of records whose services have another identity in Nova by now.
    ///
    /// - Throws: `StoreError`; what was replaced before stays.
    /// - Returns: How many were.
    package func replace(_ replacements: [NovaComparison.Replacement], at now: Timestamp) async throws -> Int {
        for replacement in replacements {
            _ = try await store.delete(replacement.here.uuid, by: ServiceRecord.importer, at: now)
            _ = try await store.take([replacement.there], at: now)
        }
        return replacements.count
    }
}
