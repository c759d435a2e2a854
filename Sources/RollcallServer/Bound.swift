import Synchronization

/// What a server listens on, as it got it from the system, for those who wait for it.
final class Bound<Address: Sendable>: Sendable {
    private enum State {
        case unknown([CheckedContinuation<Address?, Never>])
        case known(Address?)
    }

    private let state = Mutex(State.unknown([]))

    /// Only the first call counts.
    func set(_ address: Address?) {
        let waiting = state.withLock { state -> [CheckedContinuation<Address?, Never>] in
            guard case .unknown(let waiting) = state else { return [] }
            state = .known(address)
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: address) }
    }

    var address: Address? {
        get async {
            await withCheckedContinuation { continuation in
                let known = state.withLock { state -> Address?? in
                    switch state {
                    case .known(let address): return .some(address)
                    case .unknown(let waiting):
                        state = .unknown(waiting + [continuation])
                        return nil
                    }
                }
                if let known { continuation.resume(returning: known) }
            }
        }
    }
}
