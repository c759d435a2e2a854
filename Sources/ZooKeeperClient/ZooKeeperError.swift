import CZooKeeper

/// Why ZooKeeper did not do what it was asked.
package struct ZooKeeperError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        /// The connection is lost, or there was none yet; whether what was asked has been done is not known.
        case connectionLoss
        /// No answer in time; whether what was asked has been done is not known.
        case timeout
        /// The session is over, and with it its ephemeral nodes.
        case sessionExpired
        case noNode
        case nodeExists
        case notEmpty
        /// The node's list of rights does not allow it, or the server does not accept who we say we are.
        case notAllowed
        case other
    }

    package var code: Code
    /// The library's number: `ZOO_ERRORS`.
    package var number: Int32
    /// Of several operations, which failed.
    package var operation: Int?
    package var message: String

    package init(_ code: Code, number: Int32 = 0, operation: Int? = nil, _ message: String) {
        self.code = code
        self.number = number
        self.operation = operation
        self.message = message
    }

    init(number: Int32, operation: Int? = nil) {
        let code: Code =
            switch number {
            case ZCONNECTIONLOSS.rawValue, ZCLOSING.rawValue: .connectionLoss
            case ZOPERATIONTIMEOUT.rawValue: .timeout
            case ZSESSIONEXPIRED.rawValue, ZINVALIDSTATE.rawValue, ZSESSIONMOVED.rawValue: .sessionExpired
            case ZNONODE.rawValue: .noNode
            case ZNODEEXISTS.rawValue: .nodeExists
            case ZNOTEMPTY.rawValue: .notEmpty
            case ZNOAUTH.rawValue, ZAUTHFAILED.rawValue, ZINVALIDACL.rawValue: .notAllowed
            default: .other
            }
        let text = unsafe zerror(number).map { unsafe String(cString: $0) } ?? "ZooKeeper failed"
        self.init(code, number: number, operation: operation, text)
    }

    /// Others write the same nodes all the time.
    package static let unsettled = ZooKeeperError(.other, "the nodes to be written changed again and again")

    /// The answers are right, and cannot be worked with.
    package static func refused(_ message: String) -> ZooKeeperError { ZooKeeperError(.other, message) }

    package var description: String { number == 0 ? message : "\(message) (error \(number))" }
}
