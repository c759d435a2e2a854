internal import FoundationEssentials
public import RollcallWire
internal import Synchronization

/// What a daemon knows of all services, kept here: for a scheduler, whose question is then a look into a table.
///
/// It follows the log of one daemon as it is written (`GET /v1/watch`) and goes on with another when that one is gone or in
/// trouble. An answer is never older than ``maximumStaleness``: when the mirror cannot say that, it answers *unknown* for
/// every service, with the reason ``RollcallWire/WireReason/mirrorStale``. How old it is does not depend on anybody's wall
/// clock, and neither a stalled network nor a stopped process makes it look younger than it is.
///
/// ```swift
/// let mirror = ServiceMirror(of: client)
/// async let following: Void = mirror.run()
/// await mirror.waitUntilFresh()
/// if mirror.isUp(ServiceName(host: "node1", binary: "nova-compute")) { schedule() }
/// ```
public final class ServiceMirror: Sendable {
    /// What the mirror says of a service.
    public struct Answer: Hashable, Sendable {
        /// Up, down or unknown.
        public var state: WireState
        /// Why.
        public var reason: WireReason
        /// What it was when it was last known; `nil` where it never was.
        public var lastState: WireState?
    }

    private struct State {
        var table = MirrorTable()
        var knownUntil: Duration?
        var trouble: String?
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter = 0
    }

    /// What is known of a stream while it is read.
    private final class StreamReader: Sendable {
        let state: Mutex<(decoder: EventStreamDecoder, freshness: Freshness)>

        init(asked: Duration) {
            state = Mutex((EventStreamDecoder(), Freshness(asked: asked)))
        }
    }

    /// A stream that came to its end, and what is next.
    private enum End: Error {
        /// Another daemon may know better.
        case doubtful
        /// The daemon said that it will say no more.
        case over
    }

    /// An answer is never older than this.
    public let maximumStaleness: Duration
    private let client: RollcallClient
    private let clock = ContinuousClock()
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    /// A mirror that ``run()`` fills.
    ///
    /// - Parameters:
    ///   - client: The daemons, any of which is followed.
    ///   - maximumStaleness: How old an answer may be, at least 2 s: three times as long as a daemon may be silent.
    public init(of client: RollcallClient, maximumStaleness: Duration = .seconds(15)) {
        self.client = client
        self.maximumStaleness = max(maximumStaleness, .seconds(2))
    }

    // MARK: Questions

    /// What is believed of a service.
    ///
    /// - Parameters:
    ///   - service: Its name.
    ///   - unknownAs: How *unknown* is to be read; as it is where it is `nil`.
    /// - Returns: State and reason; `nil` where there is no service of that name.
    public func answer(about service: ServiceName, unknownAs: UnknownAs? = nil) -> Answer? {
        let now = now
        let (row, isFresh): (MirrorTable.Row?, Bool) = state.withLock { state in
            (state.table.rows[service], knows(state, at: now))
        }
        var answer: Answer
        if isFresh {
            guard let row else { return nil }
            answer = Answer(state: row.state, reason: row.reason, lastState: row.lastState)
        } else {
            let last = row.flatMap { $0.state == .unknown ? $0.lastState : $0.state }
            answer = Answer(state: .unknown, reason: .mirrorStale, lastState: last)
        }
        if answer.state == .unknown {
            switch unknownAs {
            case UnknownAs.up: answer.state = .up
            case UnknownAs.down: answer.state = .down
            case UnknownAs.last: answer.state = answer.lastState ?? .down
            default: break
            }
        }
        return answer
    }

    /// Whether a service is up, as far as is known: not when it is unknown, and not when there is none of that name.
    public func isUp(_ service: ServiceName) -> Bool { answer(about: service)?.state == .up }

    /// The hosts on which a service of a topic is up, in their order; none while the mirror is stale.
    public func hostsUp(topic: String, zone: String? = nil) -> [String] {
        let now = now
        let rows = state.withLock { knows($0, at: now) ? $0.table.rows : [:] }
        let hosts = rows.lazy.filter { $0.value.state == .up && $0.value.topic == topic }
            .filter { zone == nil || $0.value.zone == zone }.map(\.key.host)
        return Set(hosts).sorted()
    }

    /// How old what is known is now; `nil` before anything is.
    public var staleness: Duration? {
        let now = now
        return state.withLock { state in state.knownUntil.map { now - $0 } }
    }

    /// Whether questions are answered.
    public var isFresh: Bool {
        let now = now
        return state.withLock { knows($0, at: now) }
    }

    /// What keeps the mirror from following, for people; `nil` while it does.
    public var trouble: String? { state.withLock { $0.trouble } }

    /// Returns when questions are answered, or the task is cancelled.
    public func waitUntilFresh() async {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now = now
                let isOver = state.withLock { state in
                    if knows(state, at: now) || Task.isCancelled { return true }
                    state.waiting[id] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.resume()
        }
    }

    private var now: Duration { start.duration(to: clock.now) }

    private func knows(_ state: State, at now: Duration) -> Bool {
        guard let known = state.knownUntil else { return false }
        return now - known <= maximumStaleness
    }

    // MARK: Following

    /// Seconds between two rounds in which no daemon could be followed for long.
    private static let pause = 0.5...1.5
    private static let shortStream = Duration.seconds(1)

    /// Follows the daemons until the task is cancelled.
    public func run() async {
        var index = 0
        var failures = 0
        while !Task.isCancelled {
            let endpoint = client.endpoints[index % client.endpoints.count]
            let began = now
            do {
                try await follow(endpoint)
            } catch is End {
            } catch {
                let words = (error as? ClientError)?.message ?? HTTPTransport.words(for: error)
                state.withLock { $0.trouble = "\(endpoint): \(words)" }
            }
            index += 1
            failures = now - began < Self.shortStream ? failures + 1 : 0
            if failures >= client.endpoints.count {
                failures = 0
                try? await Task.sleep(for: .seconds(Double.random(in: Self.pause)), clock: .continuous)
            }
        }
    }

    /// Follows one daemon for as long as it goes.
    private func follow(_ endpoint: Endpoint) async throws {
        let pace = min(max(maximumStaleness / 3, .milliseconds(500)), .seconds(15))
        var target = RequestTarget("v1", "watch")
        let position = state.withLock { state in
            state.table.breakOff()
            return state.table.resumption
        }
        target.add("since", position.map { String($0.revision) })
        target.add("log_id", position?.logID)
        target.add("keep_alive", String(pace / .seconds(1)))
        let asked = now
        let reader = StreamReader(asked: asked)
        let mayDoubt = client.endpoints.count > 1
        try await client.stream(ClientRequest(.get, target), from: endpoint, silence: maximumStaleness) { bytes in
            try reader.state.withLock { reader in
                for item in try reader.decoder.take(bytes) { try self.take(item, &reader.freshness, mayDoubt) }
            }
            // It speaks, and what it says is too old: it does not say how old, or the stream began late.
            let now = self.now
            guard now - asked > self.maximumStaleness, !self.state.withLock({ self.knows($0, at: now) }) else { return }
            self.state.withLock { $0.trouble = "\(endpoint): what it tells is too old" }
            throw End.doubtful
        }
        throw End.over
    }

    private func take(
        _ item: EventStreamDecoder.Item,
        _ freshness: inout Freshness,
        _ mayDoubt: Bool
    ) throws {
        switch item {
        case .event(let name, _, let data):
            let event = try WatchEvent(name: name, data: data)
            let now = now
            let isTaken = state.withLock { state in
                // A daemon that has not read as far yet: its news is older than what is known. Where nothing counts any more
                // it is better than nothing, and a restored database goes on from there.
                if knows(state, at: now), state.table.isBehind(event) { return false }
                state.table.take(event)
                return true
            }
            guard isTaken else { throw End.doubtful }
            switch event {
            // Nobody else is asked where there is nobody else.
            case .health(isLost: true) where mayDoubt: throw End.doubtful
            case .lagging: throw End.over
            default: break
            }
        case .comment(let text):
            guard let seconds = Double(text), seconds >= 0, seconds < 1e9 else { return }
            freshness.heard(.seconds(seconds), at: now)
            let known = freshness.knownUntil
            let now = now
            let waiting = state.withLock { state in
                guard state.table.position != nil, let known else { return [CheckedContinuation<Void, Never>]() }
                state.knownUntil = max(state.knownUntil ?? known, known)
                state.trouble = nil
                guard knows(state, at: now) else { return [] }
                defer { state.waiting = [:] }
                return Array(state.waiting.values)
            }
            for continuation in waiting { continuation.resume() }
        }
    }
}

extension WireReason {
    /// Unknown: the mirror that was asked has not heard from a daemon for longer than an answer of it may be old.
    public static let mirrorStale = WireReason(rawValue: "mirror_stale")
}
