import Logging
import Metrics
import NIOCore
import Synchronization

/// The open connections of all event loops; closes idle ones when there are too many.
///
/// Too many may become known on any loop. Who is chosen there is closed on its own loop, unless a request of it was
/// read in between: then it stays, and another one goes. Only while each has a request in flight nobody can go.
final class OpenConnections: Sendable {
    typealias Place = ClosingOrder<any Channel>.Place

    private struct State {
        var order: ClosingOrder<any Channel>
        /// Each was busy, and accepting paused.
        var isFull = false
        /// A newcomer is waited for to be due.
        var isWaiting = false
    }

    /// What is left to do when the lock is free again.
    private struct Directives {
        var close: [(place: Place, element: any Channel)] = []
        var isFull: Bool?
        var lookAgain: (loop: any EventLoop, at: NIODeadline)?
    }

    private let most: Int
    /// Where every connection is busy, newcomers are closed instead of left waiting.
    private let turnsAway: Bool
    private let metrics: ConnectionMetrics
    private let logger: Logger
    private let state: Mutex<State>

    /// - Parameters:
    ///   - most: More are too many.
    ///   - turnsAway: Whether those who come while every connection is busy are closed: whoever waits unread keeps
    ///     everybody from being judged.
    ///   - youth: How long nobody is closed who has just come.
    ///   - metrics: Where they are counted.
    ///   - logger: Is told when there is no room left, and when there is again.
    init(most: Int, turnsAway: Bool = false, youth: TimeAmount, metrics: ConnectionMetrics, logger: Logger) {
        self.most = most
        self.turnsAway = turnsAway
        self.metrics = metrics
        self.logger = logger
        state = Mutex(State(order: ClosingOrder(youth: youth)))
    }

    // MARK: On the loop of the connection

    /// Takes a newcomer in; nil where there is no room for it, and it is to be closed.
    func join(_ channel: any Channel) -> Place? {
        let place = change { order -> Place? in
            if turnsAway, order.stayingCount >= most + ConnectionLimit.above { return nil }
            return order.join(channel, at: .now())
        }
        if place != nil { metrics.open.increment() }
        return place
    }

    /// Connections that are accepted before accepting pauses.
    var acceptLimit: Int { turnsAway ? .max : most + ConnectionLimit.above }

    /// It has a request in flight.
    func requestBegan(_ place: Place) {
        change { $0.requestBegan(place) }
    }

    /// All its requests are answered, and the replies are sent.
    func answered(_ place: Place) {
        change { $0.answered(place, at: .now()) }
    }

    func leave(_ place: Place) {
        metrics.open.decrement()
        change { $0.leave(place) }
    }

    private func close(_ place: Place, _ channel: any Channel) {
        guard state.withLock({ $0.order.isLeaving(place) }) else { return }
        metrics.evicted.increment()
        channel.close(promise: nil)
    }

    // MARK: On any loop

    private func change<Result: Sendable>(_ body: (inout ClosingOrder<any Channel>) -> Result) -> Result {
        let (result, directives) = state.withLock { state in
            let result = body(&state.order)
            return (result, makeRoom(&state))
        }
        carryOut(directives)
        return result
    }

    private func makeRoom(_ state: inout State) -> Directives {
        var directives = Directives()
        guard state.isFull || state.order.stayingCount > most else { return directives }
        let now = NIODeadline.now()
        while state.order.stayingCount > most, let chosen = state.order.choose(at: now) {
            directives.close.append(chosen)
        }
        if state.order.stayingCount > most, let next = state.order.nextNewcomer {
            if !state.isWaiting { directives.lookAgain = (next.element.eventLoop, next.due) }
            state.isWaiting = true
        }
        if !state.isFull, state.order.busyCount >= most + ConnectionLimit.above {
            directives.isFull = true
        } else if state.isFull, state.order.busyCount <= most - max(1, most / 8) {
            // Well below the limit, so that a full house that breathes is told once.
            directives.isFull = false
        }
        state.isFull = directives.isFull ?? state.isFull
        return directives
    }

    private func carryOut(_ directives: Directives) {
        for (place, channel) in directives.close {
            channel.eventLoop.execute { self.close(place, channel) }
        }
        if let (loop, deadline) = directives.lookAgain {
            loop.scheduleTask(deadline: deadline) {
                self.state.withLock { $0.isWaiting = false }
                self.change { _ in }
            }
        }
        if let isFull = directives.isFull { metrics.isFull.increment(by: isFull ? 1 : -1) }
        switch directives.isFull {
        case true?: logger.warning("every connection is busy: new ones wait", metadata: ["connections": "\(most)"])
        case false?: logger.notice("connections are accepted again")
        case nil: break
        }
    }
}
