/// One service as the daemon shows it: its record and what is believed of it.
///
/// Fields that this version does not know are kept in ``unknownFields`` and written again.
public struct WireService: Hashable, Sendable {
    /// Names the record for ever, also after a deletion.
    public var uuid: String
    /// The host it runs on.
    public var host: String
    /// The program it is.
    public var binary: String
    /// The group it belongs to.
    public var topic = ""
    /// Where it is.
    public var zone = ""
    /// Enabled or disabled.
    public var status = WireStatus.enabled
    /// Why it is disabled.
    public var disabledReason: String?
    /// Up, down or unknown.
    public var state = WireState.unknown
    /// Why.
    public var stateReason = WireReason.neverReported
    /// Since when.
    public var stateSince: WireTime?
    /// What it was before it became unknown.
    public var lastState: WireState?
    /// Whether an operator forced it down.
    public var forcedDown = false
    /// Why it was forced.
    public var forcedDownReason: String?
    /// Who forced it.
    public var forcedDownBy: String?
    /// When it was forced.
    public var forcedDownAt: WireTime?
    /// When forcing ends by itself.
    public var forcedDownUntil: WireTime?
    /// The lowest version of its living workers.
    public var version: Int64 = 0
    /// Seconds between its heartbeats.
    public var reportInterval: Double?
    /// How many heartbeats were heard.
    public var reportCount: Int64 = 0
    /// When it was last heard.
    public var lastSeenUp: WireTime?
    /// Seconds since it was last heard; `nil` for a session, and when it was never heard.
    public var age: Double?
    /// The current incarnation, when it has one worker and uses them.
    public var incarnation: String?
    /// The number of the current incarnation.
    public var incarnationNumber: Int64?
    /// Its processes that name themselves; empty for a service of one process without a name, whose incarnation is the
    /// record's.
    public var workers: [WireWorker] = []
    /// The driver that decides about it.
    public var driver: String?
    /// Whether its state changes too often.
    public var flapping = false
    /// When the record was made.
    public var createdAt: WireTime?
    /// When the record was last edited.
    public var updatedAt: WireTime?
    /// The number of its record, the same at every daemon of the database and never another record's: its place in an
    /// ``UpBitmap``.
    ///
    /// `nil` from a daemon that does not tell it.
    public var index: Int64?
    /// Fields of a later version, as they came.
    public var unknownFields: [String: WireValue] = [:]

    /// A record of which nothing but its name is known.
    public init(uuid: String, host: String, binary: String) {
        self.uuid = uuid
        self.host = host
        self.binary = binary
    }
}
