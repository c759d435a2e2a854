import HTTPTypes
import LivenessCore
import RollcallWire

/// Names in documents that are not heartbeats, held against the contract's rules.
enum NameChecks {
    /// Throws 400 unless it is a host, binary, topic or zone.
    static func check(_ name: String, field: String) throws(APIError) {
        guard name.utf8.count <= NameRule.longestName else {
            throw APIError(
                .badRequest,
                .nameTooLong,
                "\(field) has \(name.utf8.count) bytes, and \(NameRule.longestName) are the most",
                detail: ["field": .string(field)]
            )
        }
        guard !name.isEmpty else { throw APIError.malformed("\(field) is empty", field: field) }
        if let wrong = NameText.flaw(name.utf8) { throw APIError.malformed("\(field) \(wrong)", field: field) }
    }

    static func check(worker: String) throws(APIError) {
        guard worker.utf8.count <= NameRule.longestWorker else {
            throw APIError(.badRequest, .nameTooLong, "worker is too long", detail: ["field": "worker"])
        }
        if let wrong = NameText.flaw(worker.utf8) { throw APIError.malformed("worker \(wrong)", field: "worker") }
    }

    static func check(incarnation: String) throws(APIError) {
        guard (1...NameRule.longestIncarnation).contains(incarnation.utf8.count),
            incarnation.utf8.allSatisfy(NameText.isIncarnation)
        else {
            throw APIError.malformed(
                "incarnation is not 1 to \(NameRule.longestIncarnation) characters of [A-Za-z0-9._-]",
                field: "incarnation"
            )
        }
    }

    /// Throws 400 unless it is a reason that an operator may give.
    static func check(reason: String, field: String) throws(APIError) {
        guard (1...255).contains(reason.unicodeScalars.count) else {
            throw APIError.malformed("\(field) is not 1 to 255 characters", field: field)
        }
        guard !reason.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw APIError.malformed("\(field) has a control character in it", field: field)
        }
    }

    /// A message of an agent, which is shown and decides nothing: made fit instead of refused.
    static func clipped(_ text: String, toBytes limit: Int) -> String {
        var clipped = ""
        for scalar in text.unicodeScalars {
            let isControl = scalar.properties.generalCategory == .control
            clipped.unicodeScalars.append(isControl ? " " : scalar)
            if clipped.utf8.count >= limit { break }
        }
        return clipped
    }
}
