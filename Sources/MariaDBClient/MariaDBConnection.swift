import BlockingCalls
import Glibc
import Synchronization

/// One connection and the thread that it is used on.
actor MariaDBConnection {
    private let executor: BlockingExecutor
    private let interruption = Interruption()
    private var session: MariaDBSession?

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    init(label: String) {
        executor = BlockingExecutor(label: label)
    }

    func open(_ configuration: MariaDBConfiguration) throws(MariaDBError) {
        session = try MariaDBSession(configuration)
    }

    func close() {
        session = nil
    }

    /// Whether it can be used again.
    var isUsable: Bool { session?.isUsable ?? false }

    /// Runs `body` with the connection.
    ///
    /// When the task is cancelled the call that is under way ends with an error, and so does the connection.
    func run<Value: Sendable>(_ body: @Sendable (MariaDBSession) throws -> Value) async throws -> Value {
        try await withTaskCancellationHandler {
            guard let session else { throw MariaDBError("the connection is closed") }
            interruption.begin(session.socket)
            defer { interruption.end() }
            try Task.checkCancellation()
            return try body(session)
        } onCancel: {
            interruption.interrupt()
        }
    }
}

/// Ends a call from another thread by shutting its socket down, which never closes it: the number cannot come to mean
/// another file.
private final class Interruption: Sendable {
    private let socket = Mutex<Int32?>(nil)

    func begin(_ socket: Int32) { self.socket.withLock { $0 = socket } }

    func end() { socket.withLock { $0 = nil } }

    func interrupt() {
        socket.withLock { socket in
            if let socket { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }
}
