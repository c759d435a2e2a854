import LivenessConformance
import LivenessCore
import ServerFixtures
import Testing
import ZooKeeperClient

@testable import DriverZooKeeper

@Suite("Nodes in ZooKeeper", .zooKeeper, .serialized)
struct ZooKeeperDriverTests {
    @Test("a node stands where the format says, while nothing more is written for a service that is heard")
    func format() async throws {
        let pair = try await Company()
        try await pair.one.renew(1, sequence: 41)
        let session = try await pair.fixture.session()
        let path = "\(pair.fixture.prefix)/members/compute/\(Company.bucket)/h1:nova-compute::a:d1"
        let node = try #require(try await session.node(path))
        #expect(node.value == #"{"v":1,"sequence":41,"version":7,"report_interval":10}"# && node.owner != 0)
        let daemon = try #require(try await session.node("\(pair.fixture.prefix)/daemons/d1"))
        #expect(daemon.value == #"{"v":1,"beat":1,"complete":true,"release":3}"#)
        try await pair.one.renew(2, sequence: 42)
        #expect(try await session.node(path) == node)
        #expect(try await session.node("\(pair.fixture.prefix)/daemons/d1")?.value.contains(#""beat":2"#) == true)
        await session.close()
    }

    @Test("a node counts each time its owner's beat has moved, and a hung owner's does not")
    func hung() async throws {
        let pair = try await Company()
        try await pair.one.renew(1)
        #expect(try await pair.two.observe().changed.count == 1)
        #expect(try await pair.two.look().changed.isEmpty)
        try await pair.one.renew(2, isHeard: false)
        #expect(try await pair.two.look().changed.count == 1)
        // Its session lives on, and its node stands.
        #expect(try await pair.two.look().changed.isEmpty)
        #expect(try await pair.two.observe().changed.isEmpty)
    }

    @Test("who is silent for one and a half intervals is let go, and the others are told once")
    func silent() async throws {
        let pair = try await Company(reportInterval: .milliseconds(200))
        try await pair.one.renew(1)
        _ = try await pair.two.observe()
        var count: Int64 = 1
        var silent: [UInt32] = []
        try await eventually("it is let go") {
            count += 1
            try await pair.one.renew(count, isHeard: false)
            silent += try await pair.two.observe().silent
            return !silent.isEmpty
        }
        for _ in 0..<3 {
            count += 1
            try await pair.one.renew(count, isHeard: false)
            let seen = try await pair.two.observe()
            #expect(seen.silent.isEmpty && seen.changed.isEmpty)
        }
        #expect(silent == [pair.two.service])
        // It is heard again.
        try await pair.one.renew(count + 1)
        #expect(try await pair.two.observe().changed.count == 1)
    }

    @Test("who was let go is told also where the ensemble has removed the empty bucket before anybody looked")
    func silentWithItsBucket() async throws {
        let pair = try await Company(reportInterval: .milliseconds(200))
        try await pair.one.renew(1)
        _ = try await pair.two.observe()
        let session = try await pair.fixture.session()
        let bucket = "\(pair.fixture.prefix)/members/compute/\(Company.bucket)"
        var count: Int64 = 1
        try await eventually("it is let go") {
            count += 1
            try await pair.one.renew(count, isHeard: false)
            return try await session.node("\(bucket)/h1:nova-compute::a:d1") == nil
        }
        // As the ensemble does with a container that has stood empty.
        try await session.write([.delete(path: bucket)])
        try await pair.one.renew(count + 1, isHeard: false)
        #expect(try await pair.two.observe().silent == [pair.two.service])
        await session.close()
    }

    @Test("nodes that end with their owner's process say nothing")
    func killed() async throws {
        let pair = try await Company()
        try await pair.one.renew(1)
        _ = try await pair.two.observe()
        try await pair.one.restart()
        let session = try await pair.fixture.session()
        let bucket = "\(pair.fixture.prefix)/members/compute/\(Company.bucket)"
        // The new process removes what the one before it left, and begins with a beat of its own.
        try await pair.one.renew(1, isHeard: false)
        #expect(try await session.children(of: bucket)?.names ?? [] == [])
        for count in 2...6 as ClosedRange<Int64> {
            #expect(try await pair.two.observe().silent.isEmpty)
            try await pair.one.renew(count, isHeard: false)
        }
        await session.close()
    }

    @Test("what came and went between two looks was never there, and what went and came is another")
    func pending() {
        var change = MemberTree.Change()
        change.add("a")
        change.remove("a", 1)
        change.remove("b", 2)
        change.add("b")
        change.remove("c", 3)
        change.add("c")
        change.remove("c", 4)
        #expect(change.added == ["b"] && change.removed == ["b": 2, "c": 4])
    }

    @Test("a node that stood when this daemon began says nothing before its owner's beat has moved")
    func baseline() async throws {
        let pair = try await Company()
        try await pair.one.renew(1)
        try await pair.two.restart()
        // As the engine does before anything else, to see who is there.
        _ = try await pair.two.look(at: [])
        #expect(try await pair.two.observe().changed.isEmpty)
        try await pair.one.renew(2)
        #expect(try await pair.two.observe().changed.count == 1)
    }

    @Test("names of members are read as they are written, whatever is in them")
    func names() {
        for text in ["a", "é:/%", "..", ".", "a b\u{7}", "☃"] {
            let member = Member(host: text, binary: text, worker: text, incarnation: text, owner: text)
            #expect(Member(member.name) == member && !member.name.contains("/"), "\(member.name)")
            #expect(NodeText.decoded(Substring(NodeText.encoded(text))) == text && NodeText.encoded(text) != "..")
        }
        #expect(Member("h1:b:::d")?.incarnation == nil)
        for wrong in [
            "", "a", "a:b:c:d", "a:b:c:d:e:f", ":b:c:d:e", "a:b:c:d:%", "a:b:c:d:%4", "a:b:c:d:%zz", "a:b:c:d:%ff",
        ] {
            #expect(Member(wrong) == nil, "\(wrong)")
        }
        #expect(DaemonNode(#"{"v":2,"beat":1,"complete":true}"#) == nil)
        for wrong in [
            "", "{}", "[]", #"{"v":1,"beat":-1,"complete":true}"#,
            #"{"v":1,"beat":9223372036854775807,"complete":true}"#,
        ] {
            #expect(DaemonNode(wrong) == nil, "\(wrong)")
        }
    }

    @Test("a service to another daemon and back is held by each for itself, for as long as it hears it")
    func moving() async throws {
        let pair = try await Company(reportInterval: .milliseconds(200))
        let session = try await pair.fixture.session()
        let bucket = "\(pair.fixture.prefix)/members/compute/\(Company.bucket)"
        let names = ["h1:nova-compute::a:d1", "h1:nova-compute::a:d2"]
        try await pair.one.renew(1)
        try await pair.two.renew(1)
        #expect(Set(try await session.children(of: bucket)?.names ?? []) == Set(names))
        var count: Int64 = 1
        try await eventually("the first lets go") {
            count += 1
            try await pair.one.renew(count, isHeard: false)
            try await pair.two.renew(count)
            #expect(try await pair.two.observe().silent.isEmpty)
            return try await session.children(of: bucket)?.names == [names[1]]
        }
        try await pair.one.renew(count + 1)
        #expect(Set(try await session.children(of: bucket)?.names ?? []) == Set(names))
        await session.close()
    }

    @Test("what somebody has removed is made again")
    func vandal() async throws {
        let pair = try await Company()
        try await pair.one.renew(1)
        _ = try await pair.one.observe()
        let session = try await pair.fixture.session()
        let path = "\(pair.fixture.prefix)/members/compute/\(Company.bucket)/h1:nova-compute::a:d1"
        try await session.write([.delete(path: path)])
        try await eventually("it is seen and made again") {
            _ = try await pair.one.observe()
            _ = try? await pair.one.renew(2, isHeard: false)
            return try await session.node(path) != nil
        }
        await session.close()
    }

    @Test("a beat does not move while a session's nodes are missing")
    func witness() async throws {
        let pair = try await Company(mostBytes: 200)
        try await pair.one.renew(1)
        let session = try await pair.fixture.session()
        let path = "\(pair.fixture.prefix)/members/compute/\(Company.bucket)/h1:nova-compute::a:d1"
        try await session.write([.delete(path: path)])
        await #expect(throws: DriverError.self) { try await pair.one.renew(2, isHeard: false) }
        #expect(try await session.node("\(pair.fixture.prefix)/daemons/d1")?.value.contains(#""beat":1"#) == true)
        try await pair.one.renew(3, isHeard: false)
        #expect(try await session.node(path) != nil)
        #expect(try await session.node("\(pair.fixture.prefix)/daemons/d1")?.value.contains(#""beat":3"#) == true)
        await session.close()
    }

    @Test("an ensemble that lost its content is noticed once, and everything is made again without a heartbeat")
    func emptied() async throws {
        let pair = try await Company()
        try await pair.one.renew(1)
        _ = try await pair.two.observe()
        try pair.fixture.servers.servers[0].killAndRestart(isEmptied: true)
        try await pair.fixture.servers.ready()
        var count: Int64 = 1
        try await eventually("it is made again") {
            count += 1
            return (try? await pair.one.renew(count, isHeard: false)) != nil
        }
        var emptied = 0
        try await eventually("it is seen again") {
            guard let seen = try? await pair.two.observe() else { return false }
            #expect(seen.silent.isEmpty)
            if seen.isEmptied { emptied += 1 }
            count += 1
            _ = try? await pair.one.renew(count, isHeard: false)
            return try await !pair.two.look().changed.isEmpty
        }
        #expect(emptied == 1)
    }

    @Test("a replaced incarnation's node makes room for its successor's")
    func replaced() async throws {
        let pair = try await Company()
        try await pair.one.renew(1)
        _ = try await pair.two.observe()
        pair.one.change(incarnation: "b", number: 2)
        try await pair.one.renew(2)
        let session = try await pair.fixture.session()
        let bucket = "\(pair.fixture.prefix)/members/compute/\(Company.bucket)"
        #expect(try await session.children(of: bucket)?.names == ["h1:nova-compute::b:d1"])
        // Two does not know it yet: it lives, and its record is to be read.
        let seen = try await pair.two.observe()
        #expect(seen.changed.isEmpty && seen.unrecognised.map(\.incarnation) == ["b"] && seen.silent.isEmpty)
        await session.close()
    }

    @Test("a service's own session is told when it begins to stand and when it has ended")
    func direct() async throws {
        let pair = try await Company()
        try await pair.one.renew(1)
        #expect(try await pair.two.observe().sessions.isEmpty)
        let bucket = "\(pair.fixture.prefix)/members/compute/\(Company.bucket)"
        let session = try await pair.fixture.session()
        let path = "\(bucket)/h1:nova-compute::a:direct"
        try await session.write([.create(path: path, value: "{}", .ephemeral)])
        var told = ObservedSession(uuid: ServiceUUID(random: 1, 2), incarnation: "a", isStanding: true)
        #expect(try await pair.two.observe().sessions == [told])
        #expect(try await pair.two.look().sessions.isEmpty)
        #expect(try await pair.one.observe().sessions == [told])
        await session.close()
        told.isStanding = false
        #expect(try await pair.two.look().sessions == [told])
        #expect(try await pair.two.observe().sessions.isEmpty)
        #expect(try await pair.one.observe().sessions == [told])
    }

    @Test("when only the epoch is lost, the sessions that still stand are told once more")
    func epochLost() async throws {
        let pair = try await Company()
        try await pair.one.renew(1)
        let session = try await pair.fixture.session()
        let bucket = "\(pair.fixture.prefix)/members/compute/\(Company.bucket)"
        let path = "\(bucket)/h1:nova-compute::a:direct"
        try await session.write([.create(path: path, value: "{}", .ephemeral)])
        let told = ObservedSession(uuid: ServiceUUID(random: 1, 2), incarnation: "a", isStanding: true)
        #expect(try await pair.two.observe().sessions == [told])
        try await session.write([.delete(path: "\(pair.fixture.prefix)/epoch")])
        let seen = try await pair.two.observe()
        #expect(seen.isEmptied && seen.sessions == [told])
        #expect(try await pair.two.observe().sessions.isEmpty)
        await session.close()
    }

    @Test("a node of a service's own that somebody removed is made again")
    func madeAgain() async throws {
        let pair = try await Company()
        let session = try await pair.fixture.session()
        let node = DirectNode(
            pair.fixture.ensemble,
            prefix: pair.fixture.prefix,
            name: ServiceName(host: "h1", binary: "nova-compute"),
            topic: "compute",
            worker: "",
            incarnation: "a"
        )
        let path = "\(pair.fixture.prefix)/members/compute/\(Company.bucket)/h1:nova-compute::a:direct"
        for _ in 0..<2 {
            try await node.hold(sequence: 1, version: 7, reportInterval: .seconds(10), downTime: .seconds(60))
            #expect(try await session.node(path)?.value == #"{"v":1,"sequence":1,"version":7,"report_interval":10}"#)
            try await session.write([.delete(path: path)])
        }
        // One whose session would outlast the down time is refused.
        await #expect(throws: ZooKeeperError.self) {
            try await node.hold(sequence: 1, version: 7, reportInterval: .seconds(1), downTime: .milliseconds(1))
        }
        await node.release()
        await session.close()
    }
}
