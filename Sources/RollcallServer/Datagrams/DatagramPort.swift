import HeartbeatDatagrams
import Synchronization

/// The port at which datagrams are read, for those who are told.
final class DatagramPort: Sendable {
    static let headerName = HeartbeatDatagram.portHeader

    private let number = Atomic<Int>(0)

    /// Nil while none are read.
    var current: Int? {
        let port = number.load(ordering: .relaxed)
        return port > 0 ? port : nil
    }

    func opened(_ port: Int) { number.store(port, ordering: .relaxed) }

    func closed() { number.store(0, ordering: .relaxed) }
}
