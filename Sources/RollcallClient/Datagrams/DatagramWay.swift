internal import FoundationEssentials
internal import HeartbeatDatagrams
internal import RollcallWire

/// The way of a service's heartbeats to one daemon in datagrams: open once a whole heartbeat was answered, for as long as
/// they are acknowledged.
///
/// A heartbeat that is not acknowledged in time is sent whole, so that one that is lost costs nothing but that. Each in a
/// row doubles how many go whole before the next datagram, up to 64: where none get through, few are tried.
actor DatagramWay {
    /// A network that answers at all answers sooner.
    private static let longestWait = Duration.milliseconds(500)
    private static let mostSkipped = 64

    private let host: String?
    private let credential: Credential?
    private var port: Int?
    /// The last answer to a whole heartbeat.
    private var known: HeartbeatEntry?
    private var token: String?
    private var line: DatagramLine?
    private var failures = 0
    /// So many heartbeats go whole before the next datagram.
    private var skipped = 0

    init(to endpoint: Endpoint, _ credential: Credential?) {
        host = endpoint.host
        self.credential = credential
    }

    /// A whole heartbeat was answered, and with it the port at which the daemon reads datagrams, if it does.
    func heard(_ entry: HeartbeatEntry, port: Int?) {
        known = entry
        if port != self.port { close() }
        self.port = port
    }

    /// Beats in a datagram.
    ///
    /// - Parameters:
    ///   - sequence: As in a whole one.
    ///   - limit: How long the acknowledgement may take at most.
    /// - Returns: What is known of the service, with the times of this answer; nil when the heartbeat is to go whole.
    func beat(sequence: Int64, within limit: Duration) async -> HeartbeatEntry? {
        guard skipped == 0 else {
            skipped -= 1
            return nil
        }
        guard let entry = known, let number = entry.incarnationNumber.flatMap({ UInt32(exactly: $0) }), number > 0,
            let record = UUID(uuidString: entry.uuid).map(RecordID.init), sequence >= 0, let line = await openLine()
        else { return nil }
        let heartbeat = HeartbeatDatagram(
            keyID: line.keyID,
            record: record,
            number: number,
            sequence: UInt64(sequence),
            isAnswered: true
        )
        guard let answer = try? await line.send(heartbeat, within: min(limit, Self.longestWait)) else {
            failures += 1
            skipped = min(Self.mostSkipped, 1 << min(failures - 1, 6)) - 1
            close()
            return nil
        }
        failures = 0
        switch answer.result {
        case .comeWhole, .goElsewhere: return nil
        case .counted, .repeated:
            var entry = entry
            entry.nextReportIn = Double(answer.nextReportIn) / 1_000
            entry.deadlineIn = Double(answer.deadlineIn) / 1_000
            return entry
        }
    }

    func close() {
        line?.close()
        line = nil
    }

    private func openLine() async -> DatagramLine? {
        guard let host, let port else { return nil }
        let newest = try? credential?.token()
        // A new token is a new key.
        if newest != token { close() }
        if let line { return line }
        if credential != nil, newest == nil { return nil }
        token = newest
        let key = newest.map { DatagramKey(token: $0) }
        let opened = try? await DatagramLine.open(host: host, port: port, key)
        line = opened
        return opened
    }
}

extension RecordID {
    fileprivate init(_ uuid: UUID) {
        let (high, low) = withUnsafeBytes(of: uuid.uuid) { bytes in
            (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        self.init(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
    }
}
