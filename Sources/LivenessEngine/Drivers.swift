import LivenessCore

/// The drivers that run, and which of them decides.
package final class Drivers: Sendable {
    let all: [RunningDriver]
    private let seat: Locked<RunningDriver>

    init(deciding: RunningDriver, shadows: [RunningDriver]) {
        all = [deciding] + shadows
        seat = Locked(deciding)
    }

    /// The one that decides.
    var deciding: any LivenessDriver { running.driver }

    /// The same with what it takes to run it.
    var running: RunningDriver { seat.withLock { $0 } }

    /// Those that do not decide.
    var shadows: [RunningDriver] {
        let deciding = running
        return all.filter { $0 !== deciding }
    }

    /// The names of all that run, the deciding one first.
    package var names: [String] { [running.name] + shadows.map(\.name) }

    func named(_ name: String) -> RunningDriver? { all.first { $0.name == name } }

    func decide(_ driver: RunningDriver) { seat.withLock { $0 = driver } }

    /// A flush of the deciding driver, or a part of it, that began at `began`.
    func hand(_ flush: HeartbeatFlush, began: Instant) { for shadow in shadows { shadow.hand(flush, began: began) } }

    func hand(removals: [ServiceKey]) { for shadow in shadows { shadow.hand(removals: removals) } }
}
