import LivenessCore
import LivenessEngine
import NIOCore
import RollcallWire
import ServiceLifecycle

/// What one watcher has been told, and what it is told next.
///
/// It holds a revision and nothing of the log: who reads slowly is read to from further back. What it holds longer is the
/// board of a snapshot that is still being told.
struct Watch: Sendable {
    /// Without news a comment goes out, so that whoever is between does not take the connection for dead.
    static let usualKeepAlive = Duration.seconds(15)
    /// Rows in one piece.
    static let rowsPerPiece = 500
    /// Services in one event of a snapshot.
    static let servicesPerEvent = 500

    /// How far a watcher is behind the log.
    struct Lag: Sendable {
        /// One that is further behind than this, and falls back further, is told so and let go.
        static let most: Int64 = 10_000

        private var behind = Int64.max

        /// Takes in how many rows are left to tell; answers whether it reads too slowly.
        ///
        /// One that began far behind and catches up does not.
        mutating func grows(to rest: Int64) -> Bool {
            defer { behind = rest }
            return rest > Self.most && rest > behind
        }
    }

    /// The parts of a snapshot that are still to be told.
    private struct Snapshot {
        var board: Board
        var numbers: [UInt32]
        var writer: ServiceWriter
        var began: Instant
        /// Before the board was taken.
        var sight: LivenessEngine.Sight
        var position = 0
        /// Something of it is not what the log says, and may end without it.
        var isInDoubt = false
    }

    /// Whether it knows what is said for reasons of this daemon's own, which no log tells.
    private enum Standing {
        case told
        /// It is told with the next snapshot.
        case untold
        /// Not yet: nobody can know now, or the last snapshot was a moment ago.
        case standing
    }

    private enum Answer {
        case log(LivenessEngine.TransitionAnswer)
        /// The client has gone, or the daemon stops.
        case over
    }

    private let engine: LivenessEngine
    private let order: NameOrder
    private let keepAlive: Duration
    private let connection: Connection?
    private let began: Instant
    private var logID: String?
    /// The last revision told; nil before a snapshot.
    private var position: Int64?
    private var snapshot: Snapshot?
    private var lag = Lag()
    private var isDegraded = false
    /// It read too slowly, and was told so.
    private(set) var hasLagged = false
    /// There is nothing more to tell it.
    private var isOver = false
    /// Whoever has just come is told at once that there is nothing more.
    private var hasAsked = false
    /// When it had the whole of the last snapshot.
    private var lastSnapshot: Instant?
    /// What it knows of what no log tells, as the board counts it; nil where it was told by nobody yet.
    private var knows: UInt64?
    /// It was told everything there was when it was asked for last: the feed may go on from there.
    private var isUpToDate = false

    init(
        _ engine: LivenessEngine,
        _ order: NameOrder,
        since: Int64?,
        logID: String?,
        keepAlive: Duration,
        _ connection: Connection?
    ) {
        self.engine = engine
        self.order = order
        self.keepAlive = keepAlive
        self.connection = connection
        began = engine.now
        self.logID = logID
        position = since
    }

    /// The next events; nil at the end.
    mutating func next() async throws -> ByteBuffer? {
        if isOver { return nil }
        if position == nil, snapshot == nil { await begin() }
        if snapshot != nil { return await nextOfSnapshot() }
        // What is told is what was so when it was asked for, however late the answer comes.
        let asked = engine.now
        switch try await ask(since: position ?? 0) {
        case .over: return nil
        case .log(.revisionUnknown):
            position = nil
            return try await next()
        case .log(.rows(let rows, let through, let head)):
            let sight = engine.sight
            let standing = standing(sight, at: asked)
            let bytes = told(rows, through: through, head, sight, asked, knowsRest: standing == .told)
            if standing == .untold { self.position = nil }
            return bytes
        }
    }

    private mutating func standing(_ sight: LivenessEngine.Sight, at asked: Instant) -> Standing {
        guard sight.isClear else { return .standing }
        // Who goes on where another daemon, or an earlier connection, ended.
        if knows == nil, !sight.machine.hasLocalOpinions { knows = sight.machine.untold }
        if knows == sight.machine.untold { return .told }
        guard let lastSnapshot else { return .untold }
        return asked - lastSnapshot >= keepAlive ? .untold : .standing
    }

    private mutating func ask(since position: Int64) async throws -> Answer {
        let wait = hasAsked ? keepAlive : .zero
        hasAsked = true
        let ask: @Sendable () async throws -> Answer = { [engine, logID] in
            try await cancelWhenGracefulShutdown {
                let answer = try await engine.transitions(
                    since: position,
                    logID: logID,
                    wait: wait,
                    limit: Self.rowsPerPiece
                )
                return Task.isCancelled ? .over : .log(answer)
            }
        }
        guard let connection else { return try await ask() }
        return try await connection.cancelWhenClientGoesOn(ask)
    }

    // MARK: The feed

    /// Has the feed tell on this channel what happens next, as long as that is possible.
    mutating func follow(
        _ feed: WatchFeed,
        on channel: any Channel,
        mayAsk: @escaping @Sendable () -> Bool
    ) async throws {
        guard isUpToDate, let connection, let position, let logID, let knows else { return }
        isUpToDate = false
        let follower = WatchFollower(
            logID: logID,
            position: position,
            knows: knows,
            isDegraded: isDegraded,
            began: began,
            keepAlive: keepAlive,
            lastTold: engine.now,
            mayAsk: mayAsk
        )
        let end = try await connection.cancelWhenClientGoesOn { await feed.follow(follower, on: channel) }
        guard let end else { return }
        self.position = end.parting == .anew ? nil : end.follower.position
        isDegraded = end.follower.isDegraded
        isOver = end.parting == .over
        // What it is behind by now is for it to show anew; and what no log tells it asks for at once.
        lag = Lag()
        if end.parting == .untold { hasAsked = false }
    }

    // MARK: The log

    private mutating func told(
        _ rows: [Transition],
        through: Int64,
        _ head: LogHead,
        _ sight: LivenessEngine.Sight,
        _ asked: Instant,
        knowsRest: Bool
    ) -> ByteBuffer {
        var events = WatchEvents()
        logID = head.logID
        if sight.readiness.isLost != isDegraded {
            isDegraded = sight.readiness.isLost
            events.health(sight.readiness)
        }
        for row in rows { events.change(row) }
        let told = max(through, position ?? 0)
        position = told
        let rest = head.revision - told
        if lag.grows(to: rest) {
            events.lagging(behind: rest, head)
            hasLagged = true
            isOver = true
        }
        // Rows that were seen in the log may still be on their way here.
        isUpToDate = rest <= 0 && told >= sight.machine.newest && knowsRest
        if isUpToDate {
            events.toldAll(after: asked - began)
        } else if events.isEmpty {
            events.comment()
        }
        return events.bytes
    }

    // MARK: The snapshot

    private mutating func begin() async {
        let now = engine.now
        let sight = engine.sight
        let board = engine.board
        // Shared with all who are told the same.
        let numbers = await OffLoop.run { [order] in order.numbers(on: board) }
        let fields: [ServiceField] = [
            .uuid, .host, .binary, .topic, .zone, .status, .state, .stateReason, .stateSince, .lastState, .forcedDown,
        ]
        let writer = ServiceWriter(board, engine, fields: fields)
        snapshot = Snapshot(board: board, numbers: numbers, writer: writer, began: now, sight: sight)
    }

    private mutating func nextOfSnapshot() async -> ByteBuffer? {
        // Nobody else listens meanwhile.
        if Task.isCancelled || Task.isShuttingDownGracefully { return nil }
        guard let current = snapshot else { return nil }
        let (engine, began) = (engine, began)
        let (bytes, rest) = await OffLoop.run {
            var current = current
            let next = min(current.position + Self.servicesPerEvent, current.numbers.count)
            let some = current.numbers[current.position..<next].filter(current.board.isListed)
            let isLast = next == current.numbers.count
            current.isInDoubt = current.isInDoubt || !engine.isLogged(some, on: current.board)
            var events = WatchEvents()
            let end = isLast ? WatchEvents.SnapshotEnd(isInDoubt: current.isInDoubt) : nil
            events.snapshot(some, &current.writer, current.board.head, end)
            let isRead = current.board.head.revision >= current.sight.machine.newest
            if isLast, isRead, current.sight.isClear, engine.sight.isClear {
                events.toldAll(after: current.began - began)
            }
            current.position = next
            return (events.bytes, isLast ? nil : current)
        }
        snapshot = rest
        if rest == nil {
            position = current.board.head.revision
            logID = current.board.head.logID
            lag = Lag()
            lastSnapshot = engine.now
            knows = current.board.untold
        }
        return bytes
    }
}
