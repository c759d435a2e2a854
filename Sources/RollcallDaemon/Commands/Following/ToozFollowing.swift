import LivenessCore
import RollcallClient
import RollcallWire
import ToozGroups

/// Speaks to the daemons for the members of a tooz group: while a member is in it, it is heard here; when its session in
/// ZooKeeper is over, it has failed here.
actor ToozFollowing {
    private let group: ToozGroup
    private let messenger: Messenger
    private let binary: String
    private let topic: String?
    /// Whom it has spoken for, with the transactions by which they joined.
    private var members: [String: Int64] = [:]

    private(set) var forwarded = 0
    private(set) var failed = 0

    init(_ group: ToozGroup, _ client: RollcallClient, binary: String, topic: String?) {
        self.group = group
        messenger = Messenger(client: client)
        self.binary = binary
        self.topic = topic
    }

    /// Looks once at the group.
    func look() async throws {
        let now = Dictionary(uniqueKeysWithValues: try await group.members().map { ($0.name, $0.joined) })
        for (name, joined) in members where now[name] == nil {
            try await report(name, joined)
            members[name] = nil
        }
        let names = now.keys.sorted()
        let beats = names.map { name in
            var beat = WireHeartbeat(host: name, binary: binary)
            beat.topic = topic
            beat.incarnation = now[name].map(Self.incarnation)
            return beat
        }
        for name in names { members[name] = now[name] }
        let (accepted, rejected) = try await messenger.send(beats)
        forwarded += accepted
        if let refusal = Messenger.refusal(rejected.values) { throw refusal }
    }

    /// Its node is gone: it left, or its session has ended without it.
    private func report(_ name: String, _ joined: Int64) async throws {
        do throws(ClientError) {
            try await messenger.client.leave(
                ServiceName(host: name, binary: binary),
                incarnation: Self.incarnation(joined),
                reason: .failed,
                message: "it is no longer in its tooz group"
            )
            failed += 1
        } catch {
            // One that is not known here, or beats here itself by now, needs no messenger.
            guard error.code == .refused || error.code == .noSuchService else { throw error }
        }
    }

    private static func incarnation(_ joined: Int64) -> String { "tooz-" + String(joined, radix: 16) }
}
