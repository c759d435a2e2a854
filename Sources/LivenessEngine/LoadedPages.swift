import LivenessCore
import Synchronization

/// Collects the pages a store hands over while it reads.
final class LoadedPages: Sendable {
    private let pages = Mutex<[LoadedPage]>([])

    func append(_ page: LoadedPage) {
        pages.withLock { $0.append(page) }
    }

    func take() -> [LoadedPage] {
        pages.withLock { pages in
            defer { pages = [] }
            return pages
        }
    }
}
