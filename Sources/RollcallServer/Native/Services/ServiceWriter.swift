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
    /// Of every service, and of one of which there is nothing unusual to say: most values of that are always the same.
    private let layout: Layout
    private let plainLayout: Layout
    /// By number of profile, those that were written.
    private var profiles: [ProfileText?] = []
    private var dates = DateText()

    /// Topic and zone as JSON.
    private struct ProfileText {
        var topic: [UInt8]
        var zone: [UInt8]
    }

    /// The fields whose values differ, and the text around them.
    private struct Layout {
        var fields: [ServiceField] = []
        /// What stands before each of them, one behind the other, and behind the last; and where each ends.
        var text: [UInt8] = []
        var ends: [Int] = []

        /// - Parameters:
        ///   - fields: All of them.
        ///   - constant: The value of a field that does not differ, as JSON.
        init(_ fields: [ServiceField], constant: (ServiceField) -> [UInt8]?) {
            for (position, field) in fields.enumerated() {
                text += "\(position == 0 ? "{" : ",")\"\(field.name)\":".utf8
                if let value = constant(field) {
                    text += value
                } else {
                    self.fields.append(field)
                    ends.append(text.count)
                }
            }
            text += "}".utf8
        }
    }

    /// Bytes of all values but texts and workers, at most.
    private static let valueSize = 640
    /// Of a worker, at most, beside its texts.
    private static let workerSize = 256

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
        let driver = name.bytes
        layout = Layout(fields) { $0 == .driver ? driver : nil }
        plainLayout = Layout(fields) { field in
            switch field {
            case .driver: driver
            case .disabledReason, .forcedDownReason, .forcedDownBy, .forcedDownAt, .forcedDownUntil: Array("null".utf8)
            case .forcedDown, .flapping: Array("false".utf8)
            case .workers: Array("[]".utf8)
            default: nil
            }
        }
    }

    /// Appends one service.
    mutating func write(_ service: UInt32, to writer: inout JSONWriter) {
        let row = board.row(of: service)
        let extras = row.card.flags.contains(.extras) ? board.extras[service] : nil
        let isFlapping = !board.flapping.isEmpty && board.flapping.contains(service)
        let profile = profile(row.card.profile)
        var dates = dates
        write(row, extras, profile, isFlapping: isFlapping, &dates, to: &writer)
        self.dates = dates
    }

    /// In a function that changes nothing of the writer: else a closure in it would hold a copy of the whole.
    private func write(
        _ row: Board.Row,
        _ extras: CardExtras?,
        _ profile: ProfileText,
        isFlapping: Bool,
        _ dates: inout DateText,
        to writer: inout JSONWriter
    ) {
        writer.block(size(row, extras, profile)) { output in
            if extras == nil, !isFlapping {
                write(plainLayout, row, nil, profile, isFlapping: false, &dates, to: &output)
            } else {
                write(layout, row, extras, profile, isFlapping: isFlapping, &dates, to: &output)
            }
        }
    }

    @inline(__always)
    private func write(
        _ layout: Layout,
        _ row: Board.Row,
        _ extras: CardExtras?,
        _ profile: ProfileText,
        isFlapping: Bool,
        _ dates: inout DateText,
        to output: inout OutputSpan<UInt8>
    ) {
        let text = layout.text.span
        var begin = 0
        for position in layout.fields.indices {
            let end = layout.ends[position]
            output.raw(text.extracting(begin..<end))
            begin = end
            switch layout.fields[position] {
            case .topic: output.raw(profile.topic.span)
            case .zone: output.raw(profile.zone.span)
            case .flapping: output.bool(isFlapping)
            case let field: write(field, row, extras, &dates, to: &output)
            }
        }
        output.raw(text.extracting(begin..<text.count))
    }

    @inline(__always)
    private func write(
        _ field: ServiceField,
        _ row: Board.Row,
        _ extras: CardExtras?,
        _ dates: inout DateText,
        to output: inout OutputSpan<UInt8>
    ) {
        let card = row.card
        let verdict = row.standing.verdict
        switch field {
        case .uuid: output.uuid(card.uuid)
        case .host: output.text(row.host.span)
        case .binary: output.text(row.binary.span)
        case .incarnation:
            if card.flags.contains(.packedIncarnation) {
                output.uuid(card.incarnation)
            } else {
                output.text(card.flags.contains(.textIncarnation) ? extras?.incarnation : nil)
            }
        case .status:
            if card.flags.contains(.disabled) { output.raw("\"disabled\"") } else { output.raw("\"enabled\"") }
        case .disabledReason: output.text(extras?.disabledReason)
        case .state: output.word(verdict.state(reading: reading).word)
        case .stateReason: output.word(verdict.reason.word)
        case .stateSince: output.time(row.standing.since, &dates)
        case .lastState: if let state = verdict.lastState { output.word(state.word) } else { output.raw("null") }
        case .forcedDown: output.bool(extras?.forcedDown != nil)
        case .forcedDownReason: output.text(extras?.forcedDown?.reason)
        case .forcedDownBy: output.text(extras?.forcedDown?.by)
        case .forcedDownAt: output.time(extras?.forcedDown?.at, &dates)
        case .forcedDownUntil: output.time(extras?.forcedDown?.until, &dates)
        case .version: output.integer(Int64(card.version))
        case .reportInterval: output.seconds(microseconds: Int64(card.interval))
        case .reportCount: output.integer(UInt64(row.hearing.reportCount))
        case .lastSeenUp: output.time(lastSeenUp(row.hearing), &dates)
        case .age: age(verdict.reason == .session ? nil : row.hearing.lastHeard, to: &output)
        case .incarnationNumber: number(Int64(card.incarnationNumber), to: &output)
        case .workers: workers(extras?.workers ?? [], &dates, to: &output)
        case .createdAt: output.time(card.createdAt, &dates)
        case .updatedAt: output.time(card.updatedAt, &dates)
        case .index: output.integer(card.id)
        case .topic, .zone, .driver, .flapping: break
        }
    }

    /// The most bytes of a service.
    private func size(_ row: Board.Row, _ extras: CardExtras?, _ profile: ProfileText) -> Int {
        let names = row.host.count + row.binary.count
        let plain = layout.text.count + Self.valueSize + profile.topic.count + profile.zone.count
        var size = plain + OutputSpan<UInt8>.textSize(names) + 2
        guard let extras else { return size }
        let texts = [
            extras.disabledReason, extras.forcedDown?.reason, extras.forcedDown?.by, extras.incarnation,
        ]
        for text in texts { size += OutputSpan<UInt8>.textSize(text?.utf8.count ?? 2) }
        for worker in extras.workers {
            let texts = worker.worker.utf8.count + (worker.incarnation?.utf8.count ?? 0)
            size += Self.workerSize + OutputSpan<UInt8>.textSize(texts)
        }
        return size
    }

    private mutating func profile(_ number: UInt32) -> ProfileText {
        let number = Int(number)
        if number < profiles.count, let known = profiles[number] { return known }
        let profile = board.profiles[UInt32(number)]
        var topic = JSONWriter()
        topic.text(profile.topic)
        var zone = JSONWriter()
        zone.text(profile.zone)
        let text = ProfileText(topic: topic.bytes, zone: zone.bytes)
        if number >= profiles.count { profiles += Array(repeating: nil, count: number + 1 - profiles.count) }
        profiles[number] = text
        return text
    }

    private func lastSeenUp(_ hearing: Hearing) -> Timestamp? {
        hearing.lastHeard.map(wall(at:)) ?? hearing.lastSeenUp
    }

    /// Nanoseconds since then: arithmetic of durations takes longer than all the rest of a row.
    private func nanoseconds(since moment: Instant) -> Int64 { now.nanoseconds &- moment.nanoseconds }

    private func wall(at moment: Instant) -> Timestamp {
        Timestamp(microseconds: wall.microseconds &- nanoseconds(since: moment) / 1_000)
    }

    /// Only where this daemon has heard it itself: another machine's clock is never compared with ours.
    private func age(_ lastHeard: Instant?, to output: inout OutputSpan<UInt8>) {
        if let lastHeard {
            output.seconds(microseconds: max(0, nanoseconds(since: lastHeard)) / 1_000_000 * 1_000)
        } else {
            output.raw("null")
        }
    }

    private func number(_ number: Int64, to output: inout OutputSpan<UInt8>) {
        if number > 0 { output.integer(number) } else { output.raw("null") }
    }

    private func workers(_ workers: [WorkerStanding], _ dates: inout DateText, to output: inout OutputSpan<UInt8>) {
        output.raw("[")
        for (position, worker) in workers.enumerated() {
            output.raw(position == 0 ? "{\"worker\":" : ",{\"worker\":")
            output.text(worker.worker)
            output.raw(",\"incarnation\":")
            output.text(worker.incarnation)
            output.raw(",\"incarnation_number\":")
            number(worker.number, to: &output)
            output.raw(",\"version\":")
            output.integer(Int64(worker.version))
            output.raw(",\"state\":")
            output.word(worker.state.word)
            output.raw(",\"last_seen_up\":")
            output.time(worker.lastHeard.map(wall(at:)) ?? worker.lastSeenUp, &dates)
            output.raw(",\"age\":")
            age(worker.lastHeard, to: &output)
            output.raw("}")
        }
        output.raw("]")
    }
}
