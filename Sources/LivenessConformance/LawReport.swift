import Glibc

/// What became of each law, for the table of `Tests/laws`: a line in the file that `ROLLCALL_LAW_REPORT` names, if any.
struct LawReport {
    enum Outcome: String {
        case kept, broken
        case notClaimed = "not claimed"
    }

    /// `stores` or `drivers`.
    var table: String
    var law: String
    /// The store or driver.
    var subject: String

    /// Runs a law and notes what became of it.
    func note(isClaimed: Bool, _ law: () async throws -> Void) async throws {
        guard isClaimed else { return note(.notClaimed) }
        do {
            try await law()
        } catch {
            note(.broken)
            throw error
        }
        note(.kept)
    }

    private func note(_ outcome: Outcome) {
        guard let path = unsafe getenv("ROLLCALL_LAW_REPORT") else {
            if outcome == .notClaimed { print("\(subject) does not claim: \(law)") }
            return
        }
        let line = Array("\(table)\t\(law)\t\(subject)\t\(outcome.rawValue)\n".utf8)
        let file = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { return }
        // One write, so that lines of tests beside one another do not mix.
        _ = unsafe line.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
        close(file)
    }
}
