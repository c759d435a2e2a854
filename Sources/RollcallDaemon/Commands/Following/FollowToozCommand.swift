import ArgumentParser
import DriverCompany
import LivenessCore
import RollcallClient
import ToozGroups
import ZooKeeperClient

/// `rollcalld follow-tooz`: shows the members of a tooz group as services.
struct FollowToozCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow-tooz",
        abstract: "Speaks to the daemons for the members of a tooz group in ZooKeeper, until SIGTERM or SIGINT.",
        discussion: """
            A member is a service of that binary on a host of the member's name: up while it is in the group, and down as \
            soon as its node is gone, at its session timeout when it was killed. ZooKeeper is only read. While it does not \
            answer nobody is spoken for, and who has not been heard for the down time is down.

              rollcalld follow-tooz --hosts zk1:2181 zk2:2181 zk3:2181 --group agents --binary neutron-agent
            """
    )

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("A server of the ensemble; several may follow.", valueName: "host:port")
    )
    var hosts: [String] = []
    @Option(help: ArgumentHelp("The group that the members join.", valueName: "name"))
    var group: String
    @Option(help: ArgumentHelp("What its members are called here; the group's name.", valueName: "name"))
    var binary: String?
    @Option(help: ArgumentHelp("Their topic; that of the binary.", valueName: "name"))
    var topic: String?
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("A daemon that is told who is there; may be repeated.", valueName: "url")
    )
    var endpoint: [String] = []
    @Option(help: ArgumentHelp("A file whose first line is the token to tell them with.", valueName: "file"))
    var tokenFile: String?
    @Option(help: ArgumentHelp("Between two heartbeats of a member.", valueName: "duration"))
    var interval = "2s"

    private static let session = Duration.seconds(10)

    func validate() throws {
        guard !hosts.isEmpty else { throw ValidationError("--hosts names a server of the ensemble") }
        for text in hosts where ServerAddress(text) == nil {
            throw ValidationError("--hosts \(text): expected HOST:PORT, such as 10.0.0.7:2181")
        }
        guard ZooKeeperName.isPrefix("/\(group)"), !group.contains("/") else {
            throw ValidationError("--group \(group): expected a name without /")
        }
        _ = try FollowingOptions.pause(interval)
        try FollowingOptions.check(endpoints: endpoint)
    }

    func run() async throws {
        let looks = Looks(every: try FollowingOptions.pause(interval))
        let ensemble = ZooKeeperConfiguration(hosts: hosts, sessionTimeout: Self.session)
        let group = ToozGroup(ensemble, name: group) { looks.news() }
        let client = FollowingOptions.client(endpoint, tokenFile: tokenFile)
        let following = ToozFollowing(group, client, binary: binary ?? self.group, topic: topic)
        StandardStreams.complain("following")
        await looks.run { try await following.look() }
        await group.close()
        let (forwarded, failed) = await (following.forwarded, following.failed)
        StandardStreams.complain("\(forwarded) heartbeats forwarded, \(failed) members reported as failed")
    }
}
