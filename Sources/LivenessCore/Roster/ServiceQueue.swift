import DequeModule

/// Services that wait, first in first out, in chunks of 1,024.
///
/// It grows by a chunk at a time: a queue of the whole fleet is never copied to make room for one more, which would
/// hold whoever waits for the lock.
struct ServiceQueue: Sendable {
    private static let chunkSize = 1_024

    private var full: Deque<[UInt32]> = []
    /// Takes what comes; the only chunk of a short queue.
    private var last: [UInt32] = []
    /// How many of the first chunk were taken out already.
    private var taken = 0
    private(set) var count = 0

    @inline(__always)
    mutating func append(_ service: UInt32) {
        if last.count == Self.chunkSize { startChunk() }
        last.append(service)
        count &+= 1
    }

    @inline(never)
    private mutating func startChunk() {
        full.append(last)
        last = []
        last.reserveCapacity(Self.chunkSize)
    }

    @inline(__always)
    mutating func popFirst() -> UInt32? {
        guard count > 0 else { return nil }
        count &-= 1
        return full.isEmpty ? popFromLast() : popFromFull()
    }

    /// Takes out up to `most` services.
    mutating func popFirst(_ most: Int, into services: inout [UInt32]) {
        for _ in 0..<min(most, count) {
            guard let service = popFirst() else { return }
            services.append(service)
        }
    }

    @inline(__always)
    private mutating func popFromFull() -> UInt32 {
        let service = full[0][taken]
        taken &+= 1
        if taken == Self.chunkSize {
            full.removeFirst()
            taken = 0
        }
        return service
    }

    @inline(__always)
    private mutating func popFromLast() -> UInt32 {
        let service = last[taken]
        taken &+= 1
        if taken == last.count {
            last.removeAll(keepingCapacity: true)
            taken = 0
        }
        return service
    }
}
