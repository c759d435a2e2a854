import LivenessCore

/// Which processes of which services the board knows.
extension Board {
    /// The processes of a service: one for each of its workers.
    func seats(of service: UInt32) -> [Holdings.Seat] {
        guard let workers = extras[service]?.workers, !workers.isEmpty else { return [Holdings.Seat(service: service)] }
        return workers.map { Holdings.Seat(service: service, worker: Array($0.worker.utf8)) }
    }

    /// What is known of a process: its incarnation and the fencing token; nil when nothing is.
    func occupant(of seat: Holdings.Seat) -> (incarnation: String?, number: Int64)? {
        guard Int(seat.service) < count else { return nil }
        guard let workers = extras[seat.service]?.workers, !workers.isEmpty else {
            guard seat.worker.isEmpty else { return nil }
            return (incarnation(of: seat.service), Int64(cards[Int(seat.service)].incarnationNumber))
        }
        return workers.first { $0.worker.utf8.elementsEqual(seat.worker) }.map { ($0.incarnation, $0.number) }
    }

    /// Whether a node that this daemon made for the process is one of a service that there is and that nobody has judged.
    func keeps(_ seat: Holdings.Seat, _ held: Holdings.Held) -> Bool {
        guard Int(seat.service) < count, isListed(seat.service), cards[Int(seat.service)].uuid == held.uuid,
            extras[seat.service]?.leftAt == nil, occupant(of: seat) != nil
        else { return false }
        let reason = standings[Int(seat.service)].verdict.reason
        return reason != .heartbeatMissed && reason != .sessionExpired
    }
}
