package import LivenessCore

/// What a call with heartbeats says.
package struct HeartbeatDocument: Sendable {
    /// One entry per heartbeat of the document, in its order; not sealed yet.
    package var batch: HeartbeatBatch
    /// Answer only after a flush.
    package var isDurable: Bool
}
