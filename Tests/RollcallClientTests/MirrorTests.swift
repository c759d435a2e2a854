import RollcallWire
import Testing

@testable import RollcallClient

@Suite("The mirror's parts")
struct MirrorTests {
    // MARK: The stream

    private func items(_ text: String, by size: Int = 1 << 20) throws -> [EventStreamDecoder.Item] {
        var decoder = EventStreamDecoder()
        var items: [EventStreamDecoder.Item] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            items += try decoder.take(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        return items
    }

    @Test("a stream is taken apart wherever its pieces end", arguments: [1, 2, 3, 7, 1_000])
    func stream(size: Int) throws {
        let text = """
            : 1.5\n\nid: 7\nevent: change\ndata: {"a"\ndata: :1}\n\n:x\r\n\r\nevent: none\n\ndata:b\r\rdata\n\nunknown: c\n\ndata: late
            """
        #expect(
            try items(text, by: size) == [
                .comment("1.5"), .event(name: "change", id: "7", data: Array("{\"a\"\n:1}".utf8)), .comment("x"),
                .event(name: "", id: nil, data: Array("b".utf8)), .event(name: "", id: nil, data: []),
            ]
        )
    }

    @Test("a line that does not end is given up")
    func endless() throws {
        var decoder = EventStreamDecoder()
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        #expect(throws: EventStreamDecoder.Malformed.self) {
            for _ in 0..<17 { _ = try decoder.take(piece) }
        }
    }

    // MARK: Freshness

    @Test("what waited somewhere is known to be old, and clocks that run apart are followed")
    func freshness() throws {
        var freshness = Freshness(asked: .seconds(100))
        #expect(freshness.knownUntil == nil)
        // It was asked at 100 and began, as far as is known, then.
        freshness.heard(.seconds(1), at: .seconds(103))
        #expect(freshness.knownUntil == .seconds(101) + .microseconds(500))
        // Everything waited for a minute: it is from a minute ago.
        freshness.heard(.seconds(6), at: .seconds(165))
        #expect(try #require(freshness.knownUntil) < .seconds(107))
        // What comes out of order changes nothing.
        freshness.heard(.seconds(2), at: .seconds(166))
        #expect(try #require(freshness.knownUntil) > .seconds(106))
        // Its clock is ahead of ours: what it says cannot be later than now.
        freshness.heard(.seconds(500), at: .seconds(166))
        #expect(freshness.knownUntil == .seconds(166))
        // A day later ours has run 100 parts in a million faster.
        var drifting = Freshness(asked: .zero)
        for step in 1...17_280 {
            drifting.heard(.seconds(5 * step), at: .seconds(Double(5 * step) * 1.000_1 + 0.01))
        }
        let late = Duration.seconds(86_400 * 1.000_1 + 0.01) - (try #require(drifting.knownUntil))
        #expect(late >= .zero && late < .milliseconds(10))
    }

    // MARK: The table

    private func service(_ host: String, _ state: WireState, _ reason: WireReason) -> WireService {
        var service = WireService(uuid: "u-\(host)", host: host, binary: "b")
        service.state = state
        service.stateReason = reason
        return service
    }

    private func change(
        _ revision: Int64,
        _ kind: TransitionKind,
        _ host: String,
        to state: WireState? = nil,
        _ reason: WireReason? = nil,
        uuid: String? = nil
    ) -> WatchEvent {
        var change = WireTransition(revision: revision, kind: kind, at: WireTime(microseconds: 0))
        (change.uuid, change.host, change.binary) = (uuid ?? "u-\(host)", host, "b")
        (change.topic, change.zone) = ("t", "z")
        (change.to, change.reason) = (state, reason)
        return .change(change)
    }

    private func row(_ table: MirrorTable, _ host: String) -> MirrorTable.Row? {
        table.rows[ServiceName(host: host, binary: "b")]
    }

    @Test("the last state is the one that the change names, also where changes in between were folded")
    func folded() {
        var table = MirrorTable()
        table.take(.snapshot([service("b", .up, .heartbeat)], revision: 5, logID: "l", isComplete: true))
        guard case .change(var last) = change(9, .state, "b", to: .unknown, .massFailure) else { return }
        (last.from, last.folded) = (.down, 3)
        table.take(.change(last))
        #expect(row(table, "b")?.lastState == .down)
    }

    @Test("a snapshot counts when it is whole, and changes behind it")
    func changes() {
        var table = MirrorTable()
        table.take(.snapshot([service("a", .up, .heartbeat)], revision: 5, logID: "l", isComplete: false))
        #expect(table.rows.isEmpty && table.position == nil)
        table.breakOff()
        table.take(.snapshot([service("b", .up, .heartbeat)], revision: 5, logID: "l", isComplete: true))
        #expect(table.rows.count == 1 && table.position?.revision == 5)

        table.take(change(5, .state, "b", to: .down, .heartbeatMissed))
        #expect(row(table, "b")?.state == .up)
        table.take(change(6, .state, "b", to: .unknown, .massFailure))
        #expect(row(table, "b")?.lastState == .up && row(table, "b")?.reason == .massFailure)
        table.take(change(7, .updated, "b", to: nil, WireReason(rawValue: "status")))
        #expect(row(table, "b")?.state == .unknown && row(table, "b")?.reason == .massFailure)
        #expect(row(table, "b")?.zone == "z")
        table.take(change(8, .created, "c", to: .up, .heartbeat))
        table.take(change(9, .daemon, "d"))
        table.take(change(10, TransitionKind(rawValue: "later"), "e"))
        #expect(table.rows.count == 2 && table.position?.revision == 10)
        table.take(change(11, .deleted, "c", uuid: "another"))
        #expect(table.rows.count == 2)
        table.take(change(12, .deleted, "c"))
        #expect(table.rows.count == 1)
    }

    @Test("after a snapshot in doubt another stream begins with one, and after one without it goes on")
    func doubt() {
        var table = MirrorTable()
        #expect(table.resumption == nil)
        func take(isInDoubt: Bool) {
            table.take(
                .snapshot(
                    [service("a", .up, .heartbeat)],
                    revision: 5,
                    logID: "l",
                    isComplete: true,
                    isInDoubt: isInDoubt
                )
            )
        }
        take(isInDoubt: true)
        #expect(table.position?.revision == 5 && table.resumption == nil)
        table.take(change(6, .state, "a", to: .down, .heartbeatMissed))
        #expect(table.resumption == nil)
        take(isInDoubt: false)
        #expect(table.resumption?.revision == 5)
    }

    @Test("what happened to a daemon is no service's, and an older snapshot of the same log is known for one")
    func daemonsAndOlder() {
        var table = MirrorTable()
        table.take(.snapshot([service("a", .up, .heartbeat)], revision: 9, logID: "l", isComplete: true))
        table.take(change(10, .daemon, "a", to: .down, .forcedDown))
        #expect(row(table, "a")?.state == .up && table.position?.revision == 10)
        func snapshot(_ revision: Int64, _ logID: String) -> WatchEvent {
            .snapshot([], revision: revision, logID: logID, isComplete: true)
        }
        #expect(table.isBehind(snapshot(9, "l")))
        #expect(!table.isBehind(snapshot(10, "l")) && !table.isBehind(snapshot(1, "other")))
    }

    @Test("before anything is heard everything is unknown, and is read as asked")
    func stale() {
        let mirror = ServiceMirror(of: RollcallClient(endpoints: []), maximumStaleness: .zero)
        let name = ServiceName(host: "h", binary: "b")
        #expect(mirror.maximumStaleness == .seconds(2) && mirror.staleness == nil && !mirror.isFresh)
        #expect(mirror.answer(about: name) == .init(state: .unknown, reason: .mirrorStale, lastState: nil))
        #expect(mirror.answer(about: name, unknownAs: .up)?.state == .up)
        #expect(mirror.answer(about: name, unknownAs: .last)?.state == .down)
        #expect(!mirror.isUp(name) && mirror.hostsUp(topic: "t").isEmpty)
    }
}
