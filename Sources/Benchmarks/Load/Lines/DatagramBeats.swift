import Foundation
import Glibc
import HeartbeatDatagrams
import NIOCore

/// Sends the heartbeats of a fleet in datagrams, each when it is due.
struct DatagramBeats: Sendable {
    /// What a service's datagrams say of it.
    struct Record: Sendable {
        var id: RecordID
        var number: UInt32
    }

    let fleet: Fleet
    /// By the number of the service.
    let records: [Record]
    let keys: [DatagramKey]
    let areAcknowledged: Bool
    let port: Int
    let until: NIODeadline
    let tally: BeatTally

    /// Sends until it is over, on a thread of its own.
    ///
    /// - Returns: How many acknowledgements came.
    func send() async throws -> Int {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try sendHere() }) }
        }
    }

    private func sendHere() throws -> Int {
        let descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: port)
        guard address.withSockAddr({ connect(descriptor, $0, socklen_t($1)) }) == 0 else {
            throw LoadError("no socket for datagrams: \(errno)")
        }
        var acknowledged = 0
        var (service, step) = (0, 1)
        while NIODeadline.now() < until {
            let now = NIODeadline.now()
            while fleet.due(service, step: step) <= now {
                beat(service, step: step, at: now, descriptor)
                service += 1
                if service == fleet.count { (service, step) = (0, step + 1) }
            }
            if areAcknowledged { acknowledged += Self.drain(descriptor) }
            usleep(500)
        }
        if areAcknowledged {
            usleep(200_000)
            acknowledged += Self.drain(descriptor)
        }
        return acknowledged
    }

    private func beat(_ service: Int, step: Int, at now: NIODeadline, _ descriptor: CInt) {
        guard !fleet.isSilent(service, at: now) else { return }
        let key = keys[service % keys.count]
        let record = records[service]
        let beat = HeartbeatDatagram(
            keyID: key.id,
            record: record.id,
            number: record.number,
            sequence: UInt64(1 + step),
            isAnswered: areAcknowledged
        )
        let bytes = beat.bytes(signedBy: key)
        _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0) }
        tally.sent(1, late: now - fleet.due(service, step: step))
        if fleet.isMortal(service) { tally.heard([service], at: now) }
    }

    /// Acknowledgements that wait.
    private static func drain(_ descriptor: CInt) -> Int {
        var bytes = [UInt8](repeating: 0, count: 2_048)
        var count = 0
        while true {
            let size = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, CInt(MSG_DONTWAIT)) }
            guard size > 5 else { return count }
            count += Int(bytes[4]) << 8 | Int(bytes[5])
        }
    }
}
