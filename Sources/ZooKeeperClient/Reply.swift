import CZooKeeper
import Dispatch
import Synchronization

/// An answer that the library gives on its own thread, once.
///
/// Whoever waits goes on with the first of: the answer, the time limit, the task's cancellation. The library keeps the
/// object until it has answered; what is under way when a session is closed it may never answer.
@safe final class Reply<Value: Sendable>: @unchecked Sendable {
    typealias Outcome = Result<Value, ZooKeeperError>

    private struct State {
        var outcome: Outcome?
        var continuation: CheckedContinuation<Outcome, Never>?
    }

    private let state = Mutex(State())
    /// Written by the library before it answers; only of several operations.
    private let results: UnsafeMutableBufferPointer<zoo_op_result_t>

    init(operations: Int = 0) {
        unsafe results = UnsafeMutableBufferPointer.allocate(capacity: operations)
        unsafe results.initialize(repeating: zoo_op_result_t())
    }

    deinit { unsafe results.deallocate() }

    var resultsPointer: UnsafeMutablePointer<zoo_op_result_t>? { unsafe results.baseAddress }

    /// Which operation failed: those after it were not tried.
    var failedOperation: Int? {
        unsafe results.firstIndex {
            unsafe $0.err != ZOK.rawValue && $0.err != ZRUNTIMEINCONSISTENCY.rawValue
        }
    }

    /// For the library; balanced by `taken`.
    func retained() -> UnsafeMutableRawPointer { unsafe Unmanaged.passRetained(self).toOpaque() }

    /// What the library hands back.
    static func taken(_ pointer: UnsafeRawPointer?) -> Reply? {
        guard let pointer = unsafe pointer else { return nil }
        return unsafe Unmanaged<Reply>.fromOpaque(pointer).takeRetainedValue()
    }

    func give(_ outcome: Outcome) {
        let waiting = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            guard state.outcome == nil else { return nil }
            state.outcome = outcome
            defer { state.continuation = nil }
            return state.continuation
        }
        waiting?.resume(returning: outcome)
    }

    func value(within limit: Duration) async throws(ZooKeeperError) -> Value {
        let nanoseconds = limit.components.seconds * 1_000_000_000 + limit.components.attoseconds / 1_000_000_000
        DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(Int(clamping: nanoseconds))) { [weak self] in
            self?.give(.failure(ZooKeeperError(.timeout, "ZooKeeper did not answer in time")))
        }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let early = state.withLock { state in
                    if state.outcome == nil { state.continuation = continuation }
                    return state.outcome
                }
                if let early { continuation.resume(returning: early) }
            }
        } onCancel: {
            give(.failure(ZooKeeperError(.timeout, "nobody waits for the answer any more")))
        }
        return try outcome.get()
    }
}
