import FoundationEssentials
import RollcallClient
import RollcallWire

extension RelayRefusal {
    /// What a reporter is told of a call that did not do what it was passed on for.
    ///
    /// A daemon's own refusal is passed on. That no daemon answered, cannot answer now, or does not know the relay or let it
    /// report, is for the reporter to go elsewhere: what it may itself is another matter.
    init(_ error: ClientError) {
        guard let status = error.status, let words = error.error else {
            self = .noDaemon(error.message)
            return
        }
        switch status {
        case 401, 403, 429: self = .noDaemon(error.message)
        case 400..<500: self.init(status, words)
        default: self = .noDaemon(words.message, code: status == 503 ? words.code : .driverLost)
        }
    }
}

extension RollcallClient {
    /// Takes gathered heartbeats to a daemon.
    func send(_ batch: RelayBatch) async -> RelayResult {
        do throws(ClientError) {
            let reply = try await passOn(PassedCall(.post, ["v1", "heartbeats"], body: batch.body))
            let document = try? WireJSON.decode(RelayReply.self, from: Data(reply.body))
            return document.map { .answered($0) } ?? .unanswered(.noDaemon("its answer cannot be read"))
        } catch {
            let refusal = RelayRefusal(error)
            return refusal.status == 503 ? .unanswered(refusal) : .refused(refusal)
        }
    }
}
