import LivenessEngine
import NIOCore
import NIOHTTP1

/// Those who follow the log on one event loop.
///
/// They are told in turns, and between two the loop reads: a heartbeat waits for one turn, not for ten thousand watchers.
/// Chunks are written past the encoder of replies. Whoever has not taken what it was told before is let go.
final class WatchLoop: Sendable {
    /// Watchers told in one turn: less than a millisecond of work, most of it the kernel's.
    private static let turn = 64
    /// So many bytes are as much work as one more watcher.
    private static let weighty = 16 << 10
    /// From one turn to the next: a task that is due already would keep the loop from its sockets.
    private static let pause = TimeAmount.microseconds(100)

    /// How a stay among the followers ended.
    struct End: Sendable {
        var parting: WatchFollower.Parting
        var follower: WatchFollower
    }

    private enum Place {
        case before
        case at(Int)
        case over
    }

    private struct Member {
        var follower: WatchFollower
        let encoder: ChannelHandlerContext
        let place: NIOLoopBoundBox<Place>
        let end: CheckedContinuation<End, Never>
    }

    private struct State {
        var members: [Member?] = []
        var free: [Int] = []
        /// Where the feed is in the log; nil while it is nowhere.
        var standing: LivenessEngine.LogPosition?
    }

    let loop: any EventLoop
    private let state: NIOLoopBoundBox<State>
    /// Told whenever somebody follows who did not, or no longer.
    private let changed: @Sendable (_ by: Int) -> Void

    init(_ loop: any EventLoop, changed: @escaping @Sendable (_ by: Int) -> Void) {
        self.loop = loop
        self.changed = changed
        state = .makeBoxSendingValue(State(), eventLoop: loop)
    }

    // MARK: One of them

    /// Has a watcher told on its channel, which is one of this loop, until that ends.
    func follow(_ follower: WatchFollower, on channel: any Channel) async -> End {
        let place = NIOLoopBoundBox.makeBoxSendingValue(Place.before, eventLoop: loop)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { end in
                loop.execute { self.take(follower, channel, place, end) }
            }
        } onCancel: {
            loop.execute { self.leave(place) }
        }
    }

    private func take(
        _ follower: WatchFollower,
        _ channel: any Channel,
        _ place: NIOLoopBoundBox<Place>,
        _ end: CheckedContinuation<End, Never>
    ) {
        guard case .before = place.value, channel.isActive,
            let encoder = try? channel.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
        else { return end.resume(returning: End(parting: .over, follower: follower)) }
        if let standing = state.value.standing, !follower.isAt(standing) {
            return end.resume(returning: End(parting: .behind, follower: follower))
        }
        let slot = state.value.free.popLast() ?? state.value.members.count
        if slot == state.value.members.count { state.value.members.append(nil) }
        state.value.members[slot] = Member(follower: follower, encoder: encoder, place: place, end: end)
        place.value = .at(slot)
        changed(1)
    }

    private func leave(_ place: NIOLoopBoundBox<Place>) {
        if case .at(let slot) = place.value { part(slot, .over) }
        place.value = .over
    }

    private func part(_ slot: Int, _ parting: WatchFollower.Parting) {
        guard let member = state.value.members[slot] else { return }
        state.value.members[slot] = nil
        state.value.free.append(slot)
        member.place.value = .over
        changed(-1)
        member.end.resume(returning: End(parting: parting, follower: member.follower))
    }

    // MARK: All of them

    /// The feed begins there: whoever is behind that is let go.
    func begin(at start: LivenessEngine.LogPosition) -> EventLoopFuture<Void> {
        inTurns {
            self.state.value.standing = start
        } each: { slot in
            guard let member = self.state.value.members[slot], !member.follower.isAt(start) else { return 0 }
            self.part(slot, .behind)
            return 1
        }
    }

    /// Tells everyone what comes next.
    func tell(_ piece: WatchPiece) -> EventLoopFuture<Void> {
        inTurns {
            self.state.value.standing?.revision = piece.end
        } each: { slot in
            self.tell(piece, slot)
        }
    }

    /// Lets everyone go: the feed is nowhere.
    func letGo(_ parting: WatchFollower.Parting) -> EventLoopFuture<Void> {
        inTurns {
            self.state.value.standing = nil
        } each: { slot in
            self.part(slot, parting)
            return 1
        }
    }

    /// Tells one of them; answers how much work that was.
    private func tell(_ piece: WatchPiece, _ slot: Int) -> Int {
        guard var follower = state.value.members[slot]?.follower, let encoder = state.value.members[slot]?.encoder,
            piece.isDue(to: follower)
        else { return 0 }
        guard follower.mayAsk() else {
            part(slot, .over)
            return 1
        }
        guard encoder.channel.isWritable, !piece.isBeside(follower.position) else {
            // Without news, what waits in it shows that the connection lives.
            if piece.isNews(to: follower) { part(slot, .behind) }
            return 1
        }
        var bytes = 0
        for chunk in piece.tell(&follower) {
            bytes += chunk.readableBytes
            encoder.write(NIOAny(IOData.byteBuffer(chunk)), promise: nil)
        }
        state.value.members[slot]?.follower = follower
        encoder.flush()
        return 1 + bytes / Self.weighty
    }

    private func inTurns(
        _ first: @escaping @Sendable () -> Void,
        each body: @escaping @Sendable (_ slot: Int) -> Int
    ) -> EventLoopFuture<Void> {
        let done = loop.makePromise(of: Void.self)
        loop.execute {
            first()
            self.takeTurn(from: 0, body, done)
        }
        return done.futureResult
    }

    private func takeTurn(
        from first: Int,
        _ body: @escaping @Sendable (_ slot: Int) -> Int,
        _ done: EventLoopPromise<Void>
    ) {
        var slot = first
        var work = 0
        while slot < state.value.members.count, work < Self.turn {
            work += body(slot)
            slot += 1
        }
        if slot >= state.value.members.count { return done.succeed() }
        let next = slot
        loop.scheduleTask(in: Self.pause) { self.takeTurn(from: next, body, done) }
    }
}
