import LivenessCore

/// Why a heartbeat does not count, as the core says it; the wire has a type of the same name.
typealias Rejection = LivenessCore.HeartbeatRejection
