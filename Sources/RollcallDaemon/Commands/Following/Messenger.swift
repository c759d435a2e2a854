import RollcallClient
import RollcallWire

/// Speaks to the daemons for services that do not beat themselves.
struct Messenger: Sendable {
    private static let heartbeatsPerCall = 1_000

    let client: RollcallClient

    /// Sends heartbeats, all that can be sent, and then fails where some could not.
    ///
    /// - Returns: How many were accepted, and the others by their position with the reason.
    func send(_ beats: [WireHeartbeat]) async throws(ClientError) -> (accepted: Int, rejected: [Int: WireErrorCode]) {
        var accepted = 0
        var rejected: [Int: WireErrorCode] = [:]
        var failure: ClientError?
        for start in stride(from: 0, to: beats.count, by: Self.heartbeatsPerCall) {
            let slice = Array(beats[start..<min(start + Self.heartbeatsPerCall, beats.count)])
            do throws(ClientError) {
                let reply = try await client.sendHeartbeats(HeartbeatsRequest(heartbeats: slice), brief: true)
                accepted += reply.accepted
                for rejection in reply.rejected where slice.indices.contains(rejection.index) {
                    rejected[start + rejection.index] = rejection.code
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return (accepted, rejected)
    }

    /// What to say of heartbeats that were refused; nil when none was.
    static func refusal(_ codes: some Collection<WireErrorCode>) -> NotTaken? {
        codes.isEmpty ? nil : NotTaken(codes: Set(codes.map(\.rawValue)))
    }

    struct NotTaken: Error, CustomStringConvertible {
        var codes: Set<String>

        var description: String { "the daemon refuses heartbeats: \(codes.sorted().joined(separator: ", "))" }
    }
}
