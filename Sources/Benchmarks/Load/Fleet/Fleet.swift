import NIOCore

/// The services of one run by number: what each is called, who is silent, and since when.
///
/// Service n is due in each interval at the same point of it, so the services of a connection, every C-th one, are due
/// one behind the other.
struct Fleet: Sendable {
    let count: Int
    let interval: TimeAmount
    let incarnation: String
    /// So many cease to beat at the moment, and so many pause; both are spread over the fleet, and so over an interval.
    let killed: Int
    var killedAt: NIODeadline
    let silenced: Int
    let silence: Range<NIODeadline>
    let began: NIODeadline
    /// Nobody else beats.
    var isOfMortals = false

    static let binary = "nova-compute"
    private static let zones = 10

    /// Scattered, so that those who die together are of all zones: a zone that dies whole is one the brake holds.
    private func zone(_ service: Int) -> Int { Int((UInt64(service) &* 0x9E37_79B9_7F4A_7C15) >> 40) % Self.zones }

    /// The number in the name of a service; nil for another name.
    static func service(of host: Substring) -> Int? {
        guard host.hasPrefix("load-") else { return nil }
        return Int(host.dropFirst(5))
    }

    /// Whether it is among those who die.
    func isMortal(_ service: Int) -> Bool {
        killed > 0 && service % (count / killed) == 0 && service / (count / killed) < killed
    }

    /// Whether it is among those who pause.
    private func isSleeper(_ service: Int) -> Bool {
        silenced > 0 && service % (count / silenced) == 1 && service / (count / silenced) < silenced
    }

    func isSilent(_ service: Int, at now: NIODeadline) -> Bool {
        let isMortal = isMortal(service)
        return isMortal && now >= killedAt || isSleeper(service) && silence.contains(now) || isOfMortals && !isMortal
    }

    /// When the heartbeat of that step is due.
    func due(_ service: Int, step: Int) -> NIODeadline {
        let phase = interval.nanoseconds / Int64(count) * Int64(service)
        return began + .nanoseconds(interval.nanoseconds * Int64(step) + phase)
    }

    /// Appends the heartbeat as an entry of a call.
    func write(_ service: Int, sequence: Int, to body: inout ByteBuffer) {
        body.writeStaticString("{\"host\":\"load-")
        body.writeString(String(service))
        body.writeStaticString("\",\"binary\":\"nova-compute\",\"topic\":\"compute\",\"zone\":\"z")
        body.writeString(String(zone(service)))
        body.writeStaticString("\",\"version\":66,\"incarnation\":\"")
        body.writeString(incarnation)
        body.writeStaticString("\",\"sequence\":")
        body.writeString(String(sequence))
        body.writeStaticString(",\"report_interval\":")
        body.writeString(String(Double(interval.nanoseconds) / 1e9))
        body.writeStaticString("}")
    }
}
