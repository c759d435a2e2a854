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
    /// Watchers looked at in one turn, most of whom are told nothing.
    private static let glance = 1_024
    /// So many bytes are as much work as one more watcher.
    private static let weighty = 16 << 10
    /// From one turn to the next: a task that is due already would keep the loop from its sockets.
    private static let pause = TimeAmount.microseconds(100)

    /// Where the feed is.
    struct Standing: Sendable {
        var log: LivenessEngine.LogPosition
        /// What those whom it tells know of what no log tells.
        var untold: UInt64
    }

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

    let loop: any EventLoop
    private let members: NIOLoopBoundBox<Members>

    /// - Parameters:
    ///   - loop: The loop.
    ///   - changed: Told whenever somebody follows who did not, or no longer.
    init(_ loop: any EventLoop, changed: @escaping @Sendable (_ by: Int) -> Void) {
        self.loop = loop
        members = .makeBoxSendingValue(Members(changed), eventLoop: loop)
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
        members.value.take(Member(follower: follower, encoder: encoder, place: place, end: end))
    }

    private func leave(_ place: NIOLoopBoundBox<Place>) {
        if case .at(let slot) = place.value { members.value.part(slot, .over) }
        place.value = .over
    }

    // MARK: All of them

    /// The feed begins there: whoever is behind that is let go.
    func begin(at start: Standing) -> EventLoopFuture<Void> {
        inTurns {
            $0.standing = start
        } each: { members, slot in
            members.isAt(start, slot) ? 0 : members.part(slot, .behind)
        }
    }

    /// Tells everyone what comes next.
    func tell(_ piece: WatchPiece) -> EventLoopFuture<Void> {
        inTurns {
            $0.standing?.log.revision = piece.end
        } each: { members, slot in
            members.tell(piece, slot)
        }
    }

    /// Lets everyone go: the feed is nowhere.
    func letGo(_ parting: WatchFollower.Parting) -> EventLoopFuture<Void> {
        inTurns {
            $0.standing = nil
        } each: { members, slot in
            members.part(slot, parting)
        }
    }

    /// Lets everyone go, whoever comes later included.
    func close() -> EventLoopFuture<Void> {
        inTurns {
            $0.isClosed = true
        } each: { members, slot in
            members.part(slot, .over)
        }
    }

    /// What is done with one of them; answers how much work that was.
    private typealias Step = @Sendable (inout Members, _ slot: Int) -> Int

    private func inTurns(
        _ first: @escaping @Sendable (inout Members) -> Void,
        each step: @escaping Step
    ) -> EventLoopFuture<Void> {
        let done = loop.makePromise(of: Void.self)
        loop.execute {
            first(&self.members.value)
            self.takeTurn(from: 0, step, done)
        }
        return done.futureResult
    }

    private func takeTurn(from first: Int, _ step: @escaping Step, _ done: EventLoopPromise<Void>) {
        guard let next = members.value.takeTurn(of: Self.turn, from: first, step) else { return done.succeed() }
        loop.scheduleTask(in: Self.pause) { self.takeTurn(from: next, step, done) }
    }
}

extension WatchLoop {
    /// The followers of a loop, each at a place of its own.
    private struct Members {
        /// nil while the feed is nowhere.
        var standing: Standing?
        /// The feed is no more.
        var isClosed = false
        private var slots: [Member?] = []
        private var free: [Int] = []
        private let changed: @Sendable (_ by: Int) -> Void

        init(_ changed: @escaping @Sendable (_ by: Int) -> Void) {
            self.changed = changed
        }

        mutating func take(_ member: Member) {
            if isClosed { return member.end.resume(returning: End(parting: .over, follower: member.follower)) }
            if let standing, !member.follower.isAt(standing) {
                return member.end.resume(returning: End(parting: .behind, follower: member.follower))
            }
            let slot = free.popLast() ?? slots.count
            if slot == slots.count { slots.append(nil) }
            slots[slot] = member
            member.place.value = .at(slot)
            changed(1)
        }

        /// Ends a stay, if there is one at that place.
        @discardableResult
        mutating func part(_ slot: Int, _ parting: WatchFollower.Parting) -> Int {
            guard let member = slots[slot] else { return 0 }
            slots[slot] = nil
            free.append(slot)
            member.place.value = .over
            changed(-1)
            member.end.resume(returning: End(parting: parting, follower: member.follower))
            return 1
        }

        /// Whether whoever is at that place knows all of the log up to there.
        func isAt(_ standing: Standing, _ slot: Int) -> Bool {
            slots[slot]?.follower.isAt(standing) ?? true
        }

        /// Tells whoever is at that place.
        mutating func tell(_ piece: WatchPiece, _ slot: Int) -> Int {
            guard let isDue = slots[slot]?.follower.isDue(piece), isDue, let encoder = slots[slot]?.encoder else {
                return 0
            }
            guard slots[slot]?.follower.mayAsk() ?? false else { return part(slot, .over) }
            guard encoder.channel.isWritable, !(slots[slot]?.follower.isBeside(piece) ?? true) else {
                // Without news, what waits in it shows that the connection lives.
                if slots[slot]?.follower.isNews(piece) ?? false { part(slot, .behind) }
                return 1
            }
            guard let parts = slots[slot]?.follower.take(piece) else { return 0 }
            for part in parts { encoder.write(NIOAny(IOData.byteBuffer(part)), promise: nil) }
            encoder.flush()
            return 1 + parts.reduce(0) { $0 + $1.readableBytes } / WatchLoop.weighty
        }

        /// Goes on from a place, until that is enough work; answers where the next turn begins, if there is one.
        mutating func takeTurn(of most: Int, from first: Int, _ step: Step) -> Int? {
            var slot = first
            var work = 0
            while slot < slots.count, work < most, slot - first < WatchLoop.glance {
                work += step(&self, slot)
                slot += 1
            }
            return slot < slots.count ? slot : nil
        }
    }
}
