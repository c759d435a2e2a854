internal import Synchronization

/// Which endpoint is asked first: the one that answered last.
final class Preference: Sendable {
    private let stored = Mutex(0)

    var index: Int {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }
}
