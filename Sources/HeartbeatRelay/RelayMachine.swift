import RollcallWire

/// Decides which heartbeats go to a daemon together, and when.
///
/// It performs no I/O and reads no clock: what came goes in, what is to be done comes out. What arrives within a short
/// time goes on in one call; what arrives while as many calls are under way as may be waits for one to end. Nothing is
/// answered that a daemon has not answered.
///
/// What waited in the sockets of a relay that was stopped is refused: it was sent before, and says nothing of who lives now.
struct RelayMachine: Sendable {
    struct Limits: Hashable, Sendable {
        /// How long heartbeats wait for others at most.
        var gather = Duration.milliseconds(50)
        var heartbeatsPerCall = WireLimits.heartbeatsPerCall
        var bytesPerCall = WireLimits.bodyBytes - RelayBatch.envelope
        /// Calls to daemons at a time.
        var callsUnderWay = 4
        /// What waits and is under way: beyond, reporters are sent elsewhere.
        var heartbeatsHeld = 50_000
        var bytesHeld = 32 << 20
        /// What has waited for longer is refused: nobody waits for its answer any more, and it says less of who lives now.
        var longestWait = Duration.seconds(2)
        /// Without a tick for longer than this the relay was stopped; less where those who report to it beat more often.
        var longestPause = Duration.seconds(1)
        /// What is less is noise.
        var shortestPause = Duration.milliseconds(300)
    }

    enum Directive: Hashable, Sendable {
        case send(RelayBatch)
        /// Wake the machine then.
        case setTimer(Duration)
        /// Answer the reporter's call of that number.
        case answer(Int, RelayAnswer)
    }

    private let limits: Limits
    /// In the order in which they came.
    private var waiting: [RelayedCall] = []
    private var underWay: [Int: RelayBatch] = [:]
    private var lastBatch = 0
    private var heldHeartbeats = 0
    private var heldBytes = 0
    private var timer: Duration?
    private var lastSign = Duration.zero
    private var deafUntil = Duration.zero
    /// The shortest report_interval that a daemon told a service of this relay.
    private var shortestInterval: Duration?

    init(limits: Limits = Limits()) { self.limits = limits }

    /// Nothing waits, and nothing is under way.
    var isIdle: Bool { waiting.isEmpty && underWay.isEmpty }

    // MARK: What happens

    /// Some time went by.
    mutating func ticked(at now: Duration) -> [Directive] { noticePause(at: now) }

    /// Looks whether the relay was stopped; what it holds came before that.
    private mutating func noticePause(at now: Duration) -> [Directive] {
        defer { lastSign = max(lastSign, now) }
        let pause = max(limits.shortestPause, min(limits.longestPause, shortestInterval ?? limits.longestPause))
        guard now - lastSign > pause else { return [] }
        // For as long what comes may have waited in a socket.
        deafUntil = now + pause
        let stale = waiting
        waiting = []
        for call in stale { release(call) }
        return stale.map { .answer($0.id, .refused(.wasStopped)) }
    }

    /// Heartbeats came.
    mutating func arrived(_ call: RelayedCall, at now: Duration) -> [Directive] {
        let stale = noticePause(at: now)
        return stale + taken(call, at: now)
    }

    private mutating func taken(_ call: RelayedCall, at now: Duration) -> [Directive] {
        if now < deafUntil { return [.answer(call.id, .refused(.wasStopped))] }
        if call.count == 0 { return [.answer(call.id, .share(RelayShare()))] }
        guard call.count <= limits.heartbeatsPerCall, call.bytes.count <= limits.bytesPerCall else {
            return [.answer(call.id, .refused(.tooLarge))]
        }
        guard heldHeartbeats + call.count <= limits.heartbeatsHeld,
            heldBytes + call.bytes.count <= limits.bytesHeld
        else { return [.answer(call.id, .refused(.full))] }
        heldHeartbeats += call.count
        heldBytes += call.bytes.count
        var call = call
        call.arrived = now
        call.due = now + limits.gather
        waiting.append(call)
        return proceed(at: now)
    }

    /// A time that was asked for has come.
    mutating func timerFired(at now: Duration) -> [Directive] {
        let stale = noticePause(at: now)
        if let due = timer, due <= now { timer = nil }
        return stale + proceed(at: now)
    }

    /// A call to a daemon came to its end.
    ///
    /// One that was refused as a whole is made again for each reporter by itself: what one sent must not keep others from
    /// being heard.
    mutating func ended(_ id: Int, _ result: RelayResult, at now: Duration) -> [Directive] {
        guard let batch = underWay.removeValue(forKey: id) else { return [] }
        var directives = noticePause(at: now)
        switch result {
        case .answered(let reply):
            shortestInterval = ([shortestInterval] + reply.services.map(\.reportInterval)).compactMap(\.self).min()
            directives += zip(batch.calls, batch.shares(of: reply)).map { .answer($0.id, .share($1)) }
        case .refused where batch.calls.count > 1:
            let alone = batch.calls.map { call in
                var call = call
                call.isAlone = true
                return call
            }
            waiting = alone + waiting
            return directives + proceed(at: now)
        case .refused(let refusal), .unanswered(let refusal):
            directives += batch.calls.map { .answer($0.id, .refused(refusal)) }
        }
        for call in batch.calls { release(call) }
        return directives + proceed(at: now)
    }

    /// Nobody waits for the answer to that call any more.
    mutating func abandoned(_ id: Int) {
        guard let position = waiting.firstIndex(where: { $0.id == id }) else { return }
        release(waiting.remove(at: position))
    }

    private mutating func release(_ call: RelayedCall) {
        heldHeartbeats -= call.count
        heldBytes -= call.bytes.count
    }

    // MARK: What is to be done

    private mutating func proceed(at now: Duration) -> [Directive] {
        var directives = refuseLate(at: now)
        while underWay.count < limits.callsUnderWay, let first = waiting.first,
            first.due <= now || first.isAlone || isFull
        {
            let batch = takeBatch()
            underWay[batch.id] = batch
            directives.append(.send(batch))
        }
        guard underWay.count < limits.callsUnderWay, let first = waiting.first, timer != first.due else {
            return directives
        }
        timer = first.due
        return directives + [.setTimer(first.due)]
    }

    private mutating func refuseLate(at now: Duration) -> [Directive] {
        let oldest = now - limits.longestWait
        guard let first = waiting.first, first.arrived < oldest else { return [] }
        let late = waiting.filter { $0.arrived < oldest }
        waiting.removeAll { $0.arrived < oldest }
        for call in late { release(call) }
        return late.map { .answer($0.id, .refused(.late)) }
    }

    /// Whether as much waits as one call may bring.
    private var isFull: Bool {
        var (heartbeats, bytes) = (0, 0)
        for call in waiting {
            heartbeats += call.count
            bytes += call.bytes.count + 1
            if heartbeats >= limits.heartbeatsPerCall || bytes >= limits.bytesPerCall { return true }
        }
        return false
    }

    /// Takes what goes together with the call that has waited longest.
    private mutating func takeBatch() -> RelayBatch {
        var taken: [RelayedCall] = []
        var left: [RelayedCall] = []
        var (heartbeats, bytes) = (0, 0)
        for call in waiting {
            let fits =
                taken.first.map { first in
                    !first.isAlone && !call.isAlone && first.isDurable == call.isDurable
                        && heartbeats + call.count <= limits.heartbeatsPerCall
                        && bytes + call.bytes.count + 1 <= limits.bytesPerCall
                } ?? true
            if fits {
                taken.append(call)
                heartbeats += call.count
                bytes += call.bytes.count + 1
            } else {
                left.append(call)
            }
        }
        waiting = left
        lastBatch += 1
        return RelayBatch(id: lastBatch, calls: taken)
    }
}

/// What became of a call to a daemon.
enum RelayResult: Hashable, Sendable {
    case answered(RelayReply)
    /// The daemon refused the whole of it.
    case refused(RelayRefusal)
    /// No daemon answered, or none could.
    case unanswered(RelayRefusal)
}

/// What a reporter is answered.
enum RelayAnswer: Hashable, Sendable {
    case share(RelayShare)
    case refused(RelayRefusal)
}
