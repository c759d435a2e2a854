import RollcallClient
import RollcallWire

/// Speaks to the daemons for services that do not beat themselves.
struct Messenger: Sendable {
    /// What became of heartbeats: how many were accepted, and the others by their position with the reason.
    struct Delivery {
        var accepted = 0
        var rejected: [Int: WireErrorCode] = [:]
        /// Some could not be sent.
        var failure: ClientError?

        /// Fails with what is the matter, when anything is.
        func check() throws {
            if let failure { throw failure }
            guard rejected.isEmpty else { throw Refusal(codes: Set(rejected.values.map(\.rawValue))) }
        }
    }

    struct Refusal: Error, CustomStringConvertible {
        var codes: Set<String>

        var description: String { "the daemon refuses heartbeats: \(codes.sorted().joined(separator: ", "))" }
    }

    /// Fewer than may be in one: a daemon answers those that make records once all of them are made.
    private static let heartbeatsPerRequest = 1_000

    let client: RollcallClient

    /// Sends all heartbeats that can be sent.
    func send(_ beats: [WireHeartbeat]) async -> Delivery {
        var delivery = Delivery()
        for start in stride(from: 0, to: beats.count, by: Self.heartbeatsPerRequest) {
            let slice = Array(beats[start..<min(start + Self.heartbeatsPerRequest, beats.count)])
            do throws(ClientError) {
                let reply = try await client.sendHeartbeats(HeartbeatsRequest(heartbeats: slice), brief: true)
                delivery.accepted += reply.accepted
                for rejection in reply.rejected where slice.indices.contains(rejection.index) {
                    delivery.rejected[start + rejection.index] = rejection.code
                }
            } catch {
                delivery.failure = error
            }
        }
        return delivery
    }
}
