/// One heartbeat in plain values: what daemons send for themselves, and tests.
package struct Heartbeat: Hashable, Sendable {
    package var host: String
    package var binary: String
    package var topic: String?
    package var zone: String?
    package var version: Int32?
    package var worker: String
    package var incarnation: String?
    package var sequence: UInt64?
    package var reportInterval: Duration?
    package var register: Bool

    package init(
        host: String,
        binary: String,
        topic: String? = nil,
        zone: String? = nil,
        version: Int32? = nil,
        worker: String = "",
        incarnation: String? = nil,
        sequence: UInt64? = nil,
        reportInterval: Duration? = nil,
        register: Bool = false
    ) {
        self.host = host
        self.binary = binary
        self.topic = topic
        self.zone = zone
        self.version = version
        self.worker = worker
        self.incarnation = incarnation
        self.sequence = sequence
        self.reportInterval = reportInterval
        self.register = register
    }
}
