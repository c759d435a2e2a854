public import RollcallWire

/// Of which time a daemon is to tell how far apart heartbeats came.
public enum ArrivalPeriod: Hashable, Sendable {
    /// Since it has been running.
    case all
    /// Since a time.
    case since(WireTime)
    /// The last so long: no clock of ours is compared with the daemon's.
    case last(Duration)
}
