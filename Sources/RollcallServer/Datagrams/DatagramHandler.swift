import HeartbeatDatagrams
import LivenessCore
import LivenessEngine
import NIOCore

/// Heartbeats that come in datagrams: from the socket to the roster, and acknowledgements back.
///
/// The socket is read until it is empty, and again no sooner than a millisecond later: what comes meanwhile is read in
/// one go. Who is not known by the tag is never answered, so nothing that a stranger sends makes this daemon send, and
/// no answer has more bytes than what it answers.
final class DatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    /// What it needs of the daemon.
    struct Surroundings: Sendable {
        let engine: LivenessEngine
        let access: AccessControl
        let audit: AuditLog
        let metrics: DatagramMetrics
    }

    /// Datagrams of one call of the system.
    static let vector = 64
    /// Such calls until other sockets of the loop have their turn.
    static let vectorsPerRead: UInt = 16
    /// Between two looks.
    private static let pause = TimeAmount.milliseconds(1)
    /// Heartbeats that meet the roster at once.
    private static let batch = 512

    /// Where one came from, and by what key.
    private struct Origin {
        var sender: DatagramSenders.Sender
        var address: SocketAddress
        var keyID: UInt64
    }

    private struct Addressee: Hashable {
        var address: SocketAddress
        var keyID: UInt64
    }

    private let around: Surroundings
    private let readPass: LoopReadPass?
    private var senders: DatagramSenders
    private var jitter = Jitter()
    private var beats: [NumberedHeartbeat] = []
    private var origins: [Origin] = []
    private var tally = DatagramMetrics.Tally()
    /// Read since the last time that the socket was left.
    private var readCount = 0
    private var isWaiting = false
    private var context: ChannelHandlerContext?

    init(_ around: Surroundings, _ readPass: LoopReadPass?) {
        self.around = around
        self.readPass = readPass
        senders = DatagramSenders(around.access)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        if let readPass {
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            readPass.beforeEach { bound.value.readNow() }
        }
        context.read()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        readPass?.beforeEach(nil)
        context.fireChannelInactive()
    }

    /// Begins to read what is there, if it has not yet.
    private func readNow() {
        isWaiting = false
        context?.read()
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        if readCount == 0 { senders.refresh() }
        readCount += 1
        if let fate = take(envelope) { tally.note(fate) }
        if beats.count >= Self.batch { settle(context) }
    }

    /// Puts a datagram among the heartbeats to settle; else says what it was.
    private func take(_ envelope: AddressedEnvelope<ByteBuffer>) -> DatagramMetrics.Fate? {
        let bytes = envelope.data.readableBytesSpan
        guard let beat = HeartbeatDatagram(bytes) else { return .malformed }
        guard let sender = senders.sender(beat.keyID) else { return .unknownKey }
        if let key = sender.key {
            let tag = key.tag(of: bytes.extracting(0..<HeartbeatDatagram.signedSize))
            guard tag.isSame(as: HeartbeatDatagram.tag(in: bytes)) else { return .badTag }
        }
        let engine = around.engine
        if let expires = sender.expires, engine.wall(engine.now) >= expires { return .unknownKey }
        if sender.identity.requestsPerSecond != nil, around.access.take(sender.identity, at: engine.now) != nil {
            refuse(sender, envelope.remoteAddress, "more heartbeats than it may send", lacking: .rate)
            return .refused
        }
        beats.append(
            NumberedHeartbeat(
                uuid: ServiceUUID(high: beat.record.high, low: beat.record.low),
                number: beat.number,
                sequence: beat.sequence,
                isTrusted: sender.isTrusted,
                isAnswered: beat.isAnswered
            )
        )
        origins.append(Origin(sender: sender, address: envelope.remoteAddress, keyID: beat.keyID))
        return nil
    }

    private func refuse(
        _ sender: DatagramSenders.Sender,
        _ address: SocketAddress,
        _ why: String,
        lacking lack: AccessMetrics.Lack
    ) {
        around.audit.refused(
            by: sender.identity.caller(at: address.ipAddress),
            "heartbeat datagram",
            why,
            lacking: lack
        )
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        settle(context)
        around.metrics.tell(&tally)
        let isDrained = readCount < Self.vector * Int(Self.vectorsPerRead)
        readCount = 0
        if isDrained {
            wait(context)
        } else {
            // There may be more, and a read pass must not end before it is read.
            readPass?.noteBodyPiece()
            context.read()
        }
        context.fireChannelReadComplete()
    }

    private func wait(_ context: ChannelHandlerContext) {
        guard !isWaiting else { return }
        isWaiting = true
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) { if self.isWaiting { self.readNow() } }
    }

    // MARK: To the roster, and back

    private func settle(_ context: ChannelHandlerContext) {
        guard !beats.isEmpty else { return }
        let (beats, origins) = (beats, origins)
        self.beats.removeAll(keepingCapacity: true)
        self.origins.removeAll(keepingCapacity: true)
        var foreign: [Int] = []
        let reply = around.engine.intake.receive(beats) { position, host, binary in
            let isTheirs = origins[position].sender.identity.mayReport(host: host, binary: binary)
            if !isTheirs { foreign.append(position) }
            return isTheirs
        }
        if let first = foreign.first {
            let why = "of \(foreign.count) services that it may not report, the first \(beats[first].uuid)"
            refuse(origins[first].sender, origins[first].address, why, lacking: .scope)
        }
        var letters: [Addressee: [AcknowledgementDatagram.Entry]] = [:]
        for (position, outcome) in reply.outcomes.enumerated() {
            tally.note(DatagramMetrics.Fate(outcome.kind))
            guard beats[position].isAnswered, outcome.kind != .rejected(.forbidden) else { continue }
            let answer = position < reply.answers.count ? reply.answers[position] : nil
            let entry = acknowledgement(of: beats[position], outcome, answer, isBackendLost: reply.isBackendLost)
            let addressee = Addressee(address: origins[position].address, keyID: origins[position].keyID)
            letters[addressee, default: []].append(entry)
        }
        guard !letters.isEmpty else { return }
        send(letters, context)
    }

    private func acknowledgement(
        of beat: NumberedHeartbeat,
        _ outcome: HeartbeatOutcome,
        _ answer: HeartbeatAnswer?,
        isBackendLost: Bool
    ) -> AcknowledgementDatagram.Entry {
        let result: AcknowledgementDatagram.Result =
            switch outcome.kind {
            case .pending, .rejected: .comeWhole
            case .renewed, .repeated: isBackendLost ? .goElsewhere : outcome.isNews ? .comeWhole : .counted
            }
        var entry = AcknowledgementDatagram.Entry(
            record: beat.uuid.high,
            sequence: UInt32(truncatingIfNeeded: beat.sequence),
            result: result == .counted && outcome.kind == .repeated ? .repeated : result
        )
        if let answer {
            let next = jitter.spread(answer.reportInterval.clampedNanoseconds / 1_000) / 1_000
            entry.nextReportIn = UInt32(clamping: next)
            entry.deadlineIn = UInt32(clamping: answer.deadlineIn.clampedNanoseconds / 1_000_000)
        }
        return entry
    }

    private func send(_ letters: [Addressee: [AcknowledgementDatagram.Entry]], _ context: ChannelHandlerContext) {
        var count = 0
        for (addressee, entries) in letters {
            let key = senders.sender(addressee.keyID)?.key
            count += entries.count
            for start in stride(from: 0, to: entries.count, by: AcknowledgementDatagram.mostEntries) {
                let some = entries[start..<min(entries.count, start + AcknowledgementDatagram.mostEntries)]
                let datagram = AcknowledgementDatagram(keyID: addressee.keyID, entries: Array(some))
                let bytes = context.channel.allocator.buffer(bytes: datagram.bytes(signedBy: key))
                context.write(
                    wrapOutboundOut(AddressedEnvelope(remoteAddress: addressee.address, data: bytes)),
                    promise: nil
                )
            }
        }
        context.flush()
        around.metrics.acknowledged(count)
    }

    /// Of one datagram, not of the socket: an address that nobody can be reached at, say.
    func errorCaught(context _: ChannelHandlerContext, error _: any Error) {}
}

extension DatagramMetrics.Fate {
    fileprivate init(_ kind: HeartbeatOutcome.Kind) {
        self =
            switch kind {
            case .renewed, .repeated: .taken
            case .pending: .comeWhole
            case .rejected(.forbidden): .refused
            case .rejected: .comeWhole
            }
    }
}
