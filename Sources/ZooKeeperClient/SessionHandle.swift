import CZooKeeper
import Dispatch
import Glibc
import Synchronization

/// The library's handle of a session: its pointer is used here only, and by nobody any more once it is closed.
@safe final class SessionHandle: @unchecked Sendable {
    /// Guarded by `lock`; nil once closed.
    private var pointer: OpaquePointer?
    private let lock = Mutex(())
    private let context: UnsafeMutableRawPointer
    private let acl: UnsafePointer<ACL_vector>
    /// Closing waits for the library's threads, so it must not be done on one of them.
    private static let closing = DispatchQueue(label: "zookeeper close", attributes: .concurrent)
    /// The library would write its own log to standard error.
    private static let isQuiet: Bool = {
        zoo_set_debug_level(ZooLogLevel(rawValue: 0))
        return true
    }()

    init(_ configuration: ZooKeeperConfiguration, _ watcher: SessionWatcher) throws(ZooKeeperError) {
        _ = Self.isQuiet
        unsafe acl = configuration.digest == nil ? rollcall_acl_open() : rollcall_acl_creator()
        unsafe context = Unmanaged.passRetained(watcher).toOpaque()
        let hosts = configuration.hosts.joined(separator: ",")
        let timeout = Int32(clamping: Int64(configuration.sessionTimeout / .milliseconds(1)))
        unsafe pointer = zookeeper_init(hosts, SessionWatcher.callback, timeout, nil, context, 0)
        guard unsafe pointer != nil else {
            let reason = unsafe String(cString: strerror(errno))
            unsafe Unmanaged<SessionWatcher>.fromOpaque(context).release()
            throw ZooKeeperError(.connectionLoss, "the servers \(hosts) cannot be used: \(reason)")
        }
        if let digest = configuration.digest {
            let bytes = Array(digest.utf8CString.dropLast())
            _ = unsafe zoo_add_auth(pointer, "digest", bytes, Int32(clamping: bytes.count), nil, nil)
        }
    }

    // MARK: The end

    func close() async {
        await withCheckedContinuation { continuation in
            closeSoon { continuation.resume() }
        }
    }

    func closeSoon(then done: @escaping @Sendable () -> Void = {}) {
        // Keeps the handle until it is closed.
        Self.closing.async { [self] in
            let last = unsafe lock.withLock { _ in
                defer { unsafe pointer = nil }
                return unsafe pointer
            }
            if let last = unsafe last {
                _ = unsafe zookeeper_close(last)
                unsafe Unmanaged<SessionWatcher>.fromOpaque(context).release()
            }
            done()
        }
    }

    // MARK: What is known

    var identifier: Int64 {
        lock.withLock { _ in
            guard let pointer = unsafe pointer, let client = unsafe zoo_client_id(pointer) else { return 0 }
            return unsafe client.pointee.client_id
        }
    }

    var timeout: Duration {
        lock.withLock { _ in
            guard let pointer = unsafe pointer else { return .zero }
            return unsafe .milliseconds(Int64(zoo_recv_timeout(pointer)))
        }
    }

    // MARK: Calls

    func write(_ operations: [ZooKeeperOperation], _ reply: Reply<Void>) throws(ZooKeeperError) {
        let texts = CTexts(operations)
        let list = unsafe operations.enumerated().map { number, operation in
            unsafe self.operation(operation, texts.path(number), texts.value(number))
        }
        unsafe try call(reply) { pointer, data in
            unsafe zoo_amulti(
                pointer,
                Int32(clamping: list.count),
                list,
                reply.resultsPointer,
                { number, data in
                    guard let reply = unsafe Reply<Void>.taken(data) else { return }
                    if number == ZOK.rawValue { return reply.give(.success(())) }
                    reply.give(.failure(ZooKeeperError(number: number, operation: reply.failedOperation)))
                },
                data
            )
        }
        withExtendedLifetime(texts) {}
    }

    private func operation(
        _ operation: ZooKeeperOperation,
        _ path: UnsafePointer<CChar>?,
        _ value: (start: UnsafePointer<CChar>?, count: Int32)
    ) -> zoo_op_t {
        var made = unsafe zoo_op_t()
        switch operation {
        case .create(_, _, let lifetime):
            let mode = lifetime == .ephemeral ? ZOO_EPHEMERAL : ZOO_PERSISTENT
            unsafe zoo_create_op_init(&made, path, value.start, value.count, acl, mode, nil, 0)
        case .set: unsafe zoo_set_op_init(&made, path, value.start, value.count, -1, nil)
        case .delete: unsafe zoo_delete_op_init(&made, path, -1)
        case .check: unsafe zoo_check_op_init(&made, path, -1)
        }
        return unsafe made
    }

    func create(_ path: String, _ mode: Int32, _ reply: Reply<Void>) throws(ZooKeeperError) {
        unsafe try call(reply) { pointer, data in
            unsafe zoo_acreate(
                pointer,
                path,
                "",
                0,
                acl,
                mode,
                { number, _, data in
                    guard let reply = unsafe Reply<Void>.taken(data) else { return }
                    reply.give(number == ZOK.rawValue ? .success(()) : .failure(ZooKeeperError(number: number)))
                },
                data
            )
        }
    }

    func sync(_ path: String, _ reply: Reply<Void>) throws(ZooKeeperError) {
        unsafe try call(reply) { pointer, data in
            unsafe zoo_async(
                pointer,
                path,
                { number, _, data in
                    guard let reply = unsafe Reply<Void>.taken(data) else { return }
                    reply.give(number == ZOK.rawValue ? .success(()) : .failure(ZooKeeperError(number: number)))
                },
                data
            )
        }
    }

    func node(_ path: String, _ reply: Reply<ZooKeeperNode?>) throws(ZooKeeperError) {
        unsafe try call(reply) { pointer, data in
            unsafe zoo_aget(
                pointer,
                path,
                0,
                { number, value, count, status, data in
                    guard let reply = unsafe Reply<ZooKeeperNode?>.taken(data) else { return }
                    guard number == ZOK.rawValue, let status = unsafe status else {
                        let isMissing = number == ZNONODE.rawValue
                        return reply.give(isMissing ? .success(nil) : .failure(ZooKeeperError(number: number)))
                    }
                    // No value at all has the length -1.
                    let length = max(0, Int(count))
                    let bytes = unsafe UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : length)
                    let node = unsafe ZooKeeperNode(
                        value: String(decoding: bytes, as: UTF8.self),
                        owner: status.pointee.ephemeralOwner,
                        created: status.pointee.czxid,
                        modified: status.pointee.mzxid
                    )
                    reply.give(.success(node))
                },
                data
            )
        }
    }

    func children(
        of path: String,
        isWatched: Bool,
        _ reply: Reply<ZooKeeperChildren?>
    ) throws(ZooKeeperError) {
        unsafe try call(reply) { pointer, data in
            unsafe zoo_aget_children2(
                pointer,
                path,
                isWatched ? 1 : 0,
                { number, names, status, data in
                    guard let reply = unsafe Reply<ZooKeeperChildren?>.taken(data) else { return }
                    guard number == ZOK.rawValue, let names = unsafe names, let status = unsafe status else {
                        let isMissing = number == ZNONODE.rawValue
                        return reply.give(isMissing ? .success(nil) : .failure(ZooKeeperError(number: number)))
                    }
                    let list = unsafe UnsafeBufferPointer(start: names.pointee.data, count: Int(names.pointee.count))
                    let texts = unsafe list.compactMap { unsafe $0.map { unsafe String(cString: $0) } }
                    reply.give(.success(unsafe ZooKeeperChildren(names: texts, changed: status.pointee.pzxid)))
                },
                data
            )
        }
    }

    /// Hands a call to the library, and the reply with it; the library gives the reply back when it answers.
    private func call<Value>(
        _ reply: Reply<Value>,
        _ body: (OpaquePointer, UnsafeRawPointer) -> Int32
    ) throws(ZooKeeperError) {
        let data = unsafe reply.retained()
        let number = lock.withLock { _ in
            guard let pointer = unsafe pointer else { return ZINVALIDSTATE.rawValue }
            return unsafe body(pointer, data)
        }
        guard number == ZOK.rawValue else {
            _ = unsafe Reply<Value>.taken(data)
            throw ZooKeeperError(number: number)
        }
    }
}

/// Paths and values of several operations as the library wants them, for as long as it reads them.
@safe private final class CTexts {
    private var paths: [UnsafeMutablePointer<CChar>?] = unsafe []
    private var values: [(start: UnsafeMutablePointer<CChar>?, count: Int32)] = unsafe []

    init(_ operations: [ZooKeeperOperation]) {
        for operation in operations {
            switch operation {
            case .create(let path, let value, _), .set(let path, let value):
                unsafe paths.append(strdup(path))
                let copy = unsafe strdup(value)
                unsafe values.append((copy, Int32(clamping: unsafe copy.map { unsafe strlen($0) } ?? 0)))
            case .delete(let path), .check(let path):
                unsafe paths.append(strdup(path))
                unsafe values.append((nil, 0))
            }
        }
    }

    deinit {
        for number in unsafe paths.indices {
            unsafe free(paths[number])
            unsafe free(values[number].start)
        }
    }

    func path(_ number: Int) -> UnsafePointer<CChar>? { unsafe UnsafePointer(paths[number]) }

    func value(_ number: Int) -> (start: UnsafePointer<CChar>?, count: Int32) {
        let value = unsafe values[number]
        return unsafe (UnsafePointer(value.start), value.count)
    }
}
