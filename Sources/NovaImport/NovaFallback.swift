package import LivenessCore

/// The cells of Nova in which single services are looked up while a fleet moves in.
package struct NovaFallback: RecordFallback {
    private let cells: [NovaDatabase]

    package init(_ cells: [NovaDatabase]) {
        self.cells = cells
    }

    /// A name that is in two cells is for an operator to decide on.
    package func find(_ names: [ServiceName]) async throws -> FallbackAnswer {
        var answer = FallbackAnswer()
        var holders: [ServiceName: String] = [:]
        for cell in cells {
            let matches = try await cell.find(names)
            answer.unclear.merge(matches.unclear) { first, _ in first }
            for service in matches.services {
                if let other = holders.updateValue(cell.name, forKey: service.name) {
                    answer.unclear[service.name] = "it is in \(other) and in \(cell.name)"
                }
                answer.found.append(service.imported(from: cell.name))
            }
        }
        answer.found.removeAll { answer.unclear[$0.name] != nil }
        return answer
    }

    package func find(_ uuid: ServiceUUID) async throws -> ImportedService? {
        for cell in cells {
            if let service = try await cell.find(uuid) { return service.imported(from: cell.name) }
        }
        return nil
    }
}
