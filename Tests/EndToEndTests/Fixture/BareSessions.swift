import Foundation
import Glibc
import Synchronization

/// Sessions with a ZooKeeper server that hold a node each, spoken in the server's own protocol (jute, big-endian, a length
/// before each message): a thousand of them cost a thread, and die as those of a killed process do.
final class BareSessions: Sendable {
    struct Refused: Error { let code: Int32 }

    /// What a request does, by the protocol's numbers.
    private enum Kind: Int32 {
        case create = 1
        case ping = 11
    }

    private static let exists: Int32 = -110
    /// The number that pings have.
    private static let ping: Int32 = -2

    private struct State {
        var sockets: [Int32] = []
        var isOver = false
    }

    private let port: UInt16
    private let timeout: Duration
    private let state = Mutex(State())
    private let ended = DispatchGroup()

    init(port: UInt16, timeout: Duration) {
        self.port = port
        self.timeout = timeout
    }

    deinit { die() }

    /// Opens one for each path, whose node it makes; the nodes above are made where they are missing.
    func open(_ paths: [String]) throws {
        for path in paths {
            let socket = try connected()
            var above = ""
            for part in path.split(separator: "/").dropLast() {
                above += "/\(part)"
                try create(above, isEphemeral: false, over: socket)
            }
            try create(path, isEphemeral: true, over: socket)
            state.withLock { $0.sockets.append(socket) }
        }
    }

    /// Keeps them alive from now on.
    func beat() {
        ended.enter()
        Thread.detachNewThread { [self] in
            let period = Int64(timeout / .nanoseconds(1)) / 4
            let ping = Self.framed(Self.bytes(Self.ping) + Self.bytes(Kind.ping.rawValue))
            var answers = [UInt8](repeating: 0, count: 4_096)
            while true {
                let began = Moment.now.monotonic
                let (sockets, isOver) = state.withLock { ($0.sockets, $0.isOver) }
                if isOver { break }
                for socket in sockets {
                    _ = Glibc.send(socket, ping, ping.count, Int32(MSG_NOSIGNAL))
                    while recv(socket, &answers, answers.count, Int32(MSG_DONTWAIT)) > 0 {}
                }
                Moment.wait(untilMonotonic: began + period)
            }
            ended.leave()
        }
    }

    /// All of them, without a word to the server.
    func die() {
        let sockets = state.withLock { state in
            defer { state.sockets = [] }
            state.isOver = true
            return state.sockets
        }
        for socket in sockets {
            var abrupt = linger(l_onoff: 1, l_linger: 0)
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &abrupt, socklen_t(MemoryLayout<linger>.size))
            close(socket)
        }
        ended.wait()
    }

    // MARK: The protocol

    private func connected() throws -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw RawConnection.Failed(what: "connect", errno: errno) }
        let milliseconds = Int32(timeout / .milliseconds(1))
        // Version, last transaction seen, timeout, session, password.
        let hello = Self.bytes(0) + Self.long(0) + Self.bytes(milliseconds) + Self.long(0)
        try send(hello + Self.text([UInt8](repeating: 0, count: 16)) + [0], over: socket)
        _ = try answer(over: socket)
        return socket
    }

    private func create(_ path: String, isEphemeral: Bool, over socket: Int32) throws {
        let everybody =
            Self.bytes(1) + Self.bytes(31) + Self.text(Array("world".utf8)) + Self.text(Array("anyone".utf8))
        let request = Self.bytes(1) + Self.bytes(Kind.create.rawValue) + Self.text(Array(path.utf8)) + Self.text([])
        try send(request + everybody + Self.bytes(isEphemeral ? 1 : 0), over: socket)
        // Number, transaction, error.
        let reply = try answer(over: socket)
        let code = reply.dropFirst(12).prefix(4).reduce(Int32(0)) { $0 << 8 | Int32($1) }
        guard code == 0 || code == Self.exists && !isEphemeral else { throw Refused(code: code) }
    }

    private func send(_ message: [UInt8], over socket: Int32) throws {
        let bytes = Self.framed(message)
        guard Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw RawConnection.Failed(what: "send", errno: errno)
        }
    }

    private func answer(over socket: Int32) throws -> [UInt8] {
        let length = try read(4, from: socket).reduce(0) { $0 << 8 | Int($1) }
        return try read(min(length, 1 << 20), from: socket)
    }

    private func read(_ count: Int, from socket: Int32) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard recv(socket, &bytes, count, Int32(MSG_WAITALL)) == count else {
            throw RawConnection.Failed(what: "recv", errno: errno)
        }
        return bytes
    }

    private static func framed(_ message: [UInt8]) -> [UInt8] { bytes(Int32(message.count)) + message }

    private static func text(_ bytes: [UInt8]) -> [UInt8] { Self.bytes(Int32(bytes.count)) + bytes }

    private static func bytes(_ number: Int32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian, Array.init) }

    private static func long(_ number: Int64) -> [UInt8] { withUnsafeBytes(of: number.bigEndian, Array.init) }
}
