internal import Synchronization

/// Hands the first of several answers to the one who waits for it.
final class FirstAnswer<Value: Sendable>: Sendable {
    private enum Stage {
        case open
        case awaited(CheckedContinuation<Value, Never>)
        case given(Value)
        case over
    }

    private let stage = Mutex(Stage.open)

    /// The first answer counts, others are dropped.
    func give(_ value: Value) {
        let waiting: CheckedContinuation<Value, Never>? = stage.withLock { stage in
            switch stage {
            case .open:
                stage = .given(value)
                return nil
            case .awaited(let continuation):
                stage = .over
                return continuation
            case .given, .over:
                return nil
            }
        }
        waiting?.resume(returning: value)
    }

    /// Waits for the first answer; there is one who waits.
    func value() async -> Value {
        await withCheckedContinuation { continuation in
            let given: Value? = stage.withLock { stage in
                if case .given(let value) = stage {
                    stage = .over
                    return value
                }
                stage = .awaited(continuation)
                return nil
            }
            if let given { continuation.resume(returning: given) }
        }
    }
}
