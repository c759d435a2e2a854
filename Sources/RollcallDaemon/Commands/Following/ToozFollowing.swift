import RollcallClient
import RollcallWire
import ToozGroups

/// Speaks to the daemons for the members of a tooz group: while a member is in it, it is heard here; when it is gone, it has
/// failed here.
///
/// It states no incarnation, so that it speaks for nobody who beats here with one.
actor ToozFollowing {
    /// Members that are reported as gone in one look: the others wait for the next, and those who stay do not.
    private static let mostReports = 200

    private let group: ToozGroup
    private let messenger: Messenger
    private let binary: String
    private let topic: String?
    /// Whom it speaks for.
    private var members: Set<String> = []
    /// Members that beat here themselves.
    private var moved: Set<String> = []

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
        let present = try await group.members()
        moved.formIntersection(present)
        let names = present.subtracting(moved).sorted()
        var delivery = await messenger.send(
            names.map { name in
                var beat = WireHeartbeat(host: name, binary: binary)
                beat.topic = topic
                return beat
            }
        )
        forwarded += delivery.accepted
        members.formUnion(names)
        for (position, code) in delivery.rejected where code == .incarnationRequired {
            moved.insert(names[position])
            members.remove(names[position])
            delivery.rejected[position] = nil
        }
        for name in members.subtracting(present).sorted().prefix(Self.mostReports) {
            try await report(name)
            members.remove(name)
        }
        try delivery.check()
    }

    /// Its node is gone: it left, or its session has ended without it.
    private func report(_ name: String) async throws {
        do throws(ClientError) {
            try await messenger.client.leave(
                ServiceName(host: name, binary: binary),
                reason: .failed,
                message: "it is no longer in its tooz group"
            )
            failed += 1
        } catch {
            // One that is not known here, or beats here itself by now, needs no messenger.
            guard error.code == .refused || error.code == .noSuchService else { throw error }
        }
    }
}
