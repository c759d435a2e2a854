/// Thrown when something that must happen has not happened within the overall deadline of a test.
package struct Overdue: Error, CustomStringConvertible {
    package let what: String

    package init(what: String) {
        self.what = what
    }

    package var description: String { "it did not happen in time: \(what)" }
}

/// Asks until there is an answer.
///
/// - Parameters:
///   - what: What is waited for, as the end of a sentence.
///   - limit: Far longer than it can take on a busy machine; only a failure takes so long.
///   - answer: The answer, or nil while there is none.
/// - Returns: The first answer.
/// - Throws: `Overdue`, or what asking threw.
@discardableResult
package func eventually<Answer>(
    _ what: @autoclosure () -> String,
    within limit: Duration = .seconds(60),
    _ answer: () async throws -> Answer?
) async throws -> Answer {
    let deadline = ContinuousClock.now + limit
    while true {
        if let answer = try await answer() { return answer }
        guard ContinuousClock.now < deadline else { throw Overdue(what: what()) }
        try await Task.sleep(for: .milliseconds(10))
    }
}

/// Asks until something is true.
package func eventually(
    _ what: @autoclosure () -> String,
    within limit: Duration = .seconds(60),
    isTrue: () async throws -> Bool
) async throws {
    _ = try await eventually(what(), within: limit) { try await isTrue() ? true : nil }
}
