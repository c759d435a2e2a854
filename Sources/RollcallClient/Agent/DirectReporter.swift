public import RollcallWire

/// Tells a liveness driver's back end that one process of a service lives, without a daemon on the path.
///
/// The process is known to the daemons by then: the first heartbeat goes to one of them.
public protocol DirectReporter: Sendable {
    /// How often ``renew(sequence:)`` is to be called, at most once an interval.
    var pace: Duration { get }

    /// A daemon has accepted a heartbeat, and answered this.
    func accepted(_ entry: HeartbeatEntry) async

    /// The process lives: the back end holds it from now on, or still does.
    ///
    /// - Parameter sequence: Greater than any before, at whatever daemon.
    /// - Throws: When the back end was not reached: daemons are to hear of the process again.
    func renew(sequence: Int64) async throws

    /// The process has ended: the back end holds it no more.
    func remove() async
}
