package import LivenessCore

/// The cells of Nova in which single services are looked up while a fleet moves in.
package struct NovaFallback: RecordFallback {
    private let cells: [NovaDatabase]

    package init(_ cells: [NovaDatabase]) {
        self.cells = cells
    }

    /// A name that is in two cells, or twice in one, is for an operator to decide on.
    package func find(_ names: [ServiceName]) async throws -> FallbackAnswer {
        let matches = try await withThrowingTaskGroup(of: (Int, NovaDatabase.Matches).self) { group in
            for (place, cell) in cells.enumerated() { group.addTask { (place, try await cell.find(names)) } }
            var matches: [Int: NovaDatabase.Matches] = [:]
            for try await (place, found) in group { matches[place] = found }
            return matches
        }
        var answer = FallbackAnswer()
        var holders: [ServiceName: String] = [:]
        for (place, cell) in cells.enumerated() {
            guard let found = matches[place] else { continue }
            answer.unclear.merge(found.unclear) { first, _ in first }
            for service in found.services {
                if let other = holders.updateValue(cell.name, forKey: service.name) {
                    answer.unclear[service.name] = "it is in \(other) and in \(cell.name)"
                }
                answer.found.append(service.imported(from: cell.name))
            }
        }
        answer.found.removeAll { answer.unclear[$0.name] != nil }
        return answer
    }

    /// None whose name is for an operator to decide on.
    package func find(_ uuid: ServiceUUID) async throws -> ImportedService? {
        for cell in cells {
            guard let service = try await cell.find(uuid) else { continue }
            return try await find([service.name]).found.first { $0.uuid == uuid }
        }
        return nil
    }
}
