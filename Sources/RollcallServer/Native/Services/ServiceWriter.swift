import LivenessCore
import LivenessEngine

/// Writes services as JSON: one reply of a single service or a hundred thousand rows of a list.
struct ServiceWriter: ServiceRowWriter {
    /// Bytes of a service with all its fields, about.
    static let typicalSize = 900

    private let board: Board
    private let reading: UnknownReading?
    private let now: Instant
    /// What the wall clock showed at `now`.
    private let wall: Timestamp
    /// Its name as JSON.
    private let driver: [UInt8]
    /// Each field with the syntax before its value: a brace or a comma, the key, a colon.
    private let keys: [(ServiceField, [UInt8])]
    /// By number of profile: topic and zone as JSON.
    private var profiles: [UInt32: (topic: [UInt8], zone: [UInt8])] = [:]

    init(
        _ board: Board,
        _ engine: LivenessEngine,
        reading: UnknownReading? = nil,
        fields: [ServiceField] = ServiceField.allCases
    ) {
        self.board = board
        self.reading = reading
        now = engine.now
        wall = engine.wall(now)
        var name = JSONWriter()
        name.text(engine.guarantees.name)
        driver = name.bytes
        keys = fields.enumerated().map { position, field in
            (field, Array("\(position == 0 ? "{" : ",")\"\(field.name)\":".utf8))
        }
    }

    /// Appends one service.
    mutating func write(_ service: UInt32, to writer: inout JSONWriter) {
        let card = board.cards[Int(service)]
        let verdict = board.standings[Int(service)].verdict
        let extras = card.flags.contains(.extras) ? board.extras[service] : nil
        for (field, key) in keys {
            writer.raw(key)
            switch field {
            case .uuid: writer.uuid(card.uuid)
            case .host: board.withName(of: service) { host, _ in writer.text(host) }
            case .binary: board.withName(of: service) { _, binary in writer.text(binary) }
            case .topic: writer.raw(profile(card.profile).topic)
            case .zone: writer.raw(profile(card.profile).zone)
            case .status: card.flags.contains(.disabled) ? writer.raw("\"disabled\"") : writer.raw("\"enabled\"")
            case .disabledReason: writer.text(extras?.disabledReason)
            case .state: writer.word(verdict.state(reading: reading).word)
            case .stateReason: writer.word(verdict.reason.word)
            case .stateSince: writer.time(board.standings[Int(service)].since)
            case .lastState:
                if let state = verdict.lastState { writer.word(state.word) } else { writer.raw("null") }
            case .forcedDown: writer.bool(extras?.forcedDown != nil)
            case .forcedDownReason: writer.text(extras?.forcedDown?.reason)
            case .forcedDownBy: writer.text(extras?.forcedDown?.by)
            case .forcedDownAt: writer.time(extras?.forcedDown?.at)
            case .forcedDownUntil: writer.time(extras?.forcedDown?.until)
            case .version: writer.integer(Int64(card.version))
            case .reportInterval: writer.seconds(microseconds: Int64(card.interval))
            case .reportCount: writer.integer(UInt64(board.hearings[Int(service)].reportCount))
            case .lastSeenUp: writer.time(lastSeenUp(board.hearings[Int(service)]))
            case .age: age(board.lastHeard(of: service), to: &writer)
            case .incarnation:
                if card.flags.contains(.packedIncarnation) {
                    writer.uuid(card.incarnation)
                } else {
                    writer.text(board.incarnation(of: service))
                }
            case .incarnationNumber: number(Int64(card.incarnationNumber), to: &writer)
            case .workers: workers(extras?.workers ?? [], to: &writer)
            case .driver: writer.raw(driver)
            case .flapping: writer.raw(board.flapping.contains(service) ? "true" : "false")
            case .createdAt: writer.time(card.createdAt)
            case .updatedAt: writer.time(card.updatedAt)
            }
        }
        writer.raw("}")
    }

    private mutating func profile(_ number: UInt32) -> (topic: [UInt8], zone: [UInt8]) {
        if let known = profiles[number] { return known }
        let profile = board.profiles[number]
        var topic = JSONWriter()
        topic.text(profile.topic)
        var zone = JSONWriter()
        zone.text(profile.zone)
        profiles[number] = (topic.bytes, zone.bytes)
        return (topic.bytes, zone.bytes)
    }

    private func lastSeenUp(_ hearing: Hearing) -> Timestamp? {
        hearing.lastHeard.map { wall - (now - $0) } ?? hearing.lastSeenUp
    }

    /// Only where this daemon has heard it itself: another machine's clock is never compared with ours.
    private func age(_ lastHeard: Instant?, to writer: inout JSONWriter) {
        if let lastHeard { writer.milliseconds(max(.zero, now - lastHeard)) } else { writer.raw("null") }
    }

    private func number(_ number: Int64, to writer: inout JSONWriter) {
        if number > 0 { writer.integer(number) } else { writer.raw("null") }
    }

    private func workers(_ workers: [WorkerStanding], to writer: inout JSONWriter) {
        writer.raw("[")
        for (position, worker) in workers.enumerated() {
            writer.raw(position == 0 ? "{\"worker\":" : ",{\"worker\":")
            writer.text(worker.worker)
            writer.raw(",\"incarnation\":")
            writer.text(worker.incarnation)
            writer.raw(",\"incarnation_number\":")
            number(worker.number, to: &writer)
            writer.raw(",\"version\":")
            writer.integer(Int64(worker.version))
            writer.raw(",\"state\":")
            writer.word(worker.state.word)
            writer.raw(",\"last_seen_up\":")
            writer.time(worker.lastHeard.map { wall - (now - $0) } ?? worker.lastSeenUp)
            writer.raw(",\"age\":")
            age(worker.lastHeard, to: &writer)
            writer.raw("}")
        }
        writer.raw("]")
    }
}
