import LivenessCore

/// Collects the pages a store hands over while it reads.
final class LoadedPages: Sendable {
    private let pages = Locked<[LoadedPage]>([])

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
