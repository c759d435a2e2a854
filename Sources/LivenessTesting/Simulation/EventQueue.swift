package import LivenessCore

/// A binary heap of events by time; those of one instant come out in the order they went in.
package struct EventQueue<Event> {
    private struct Item {
        var at: Int64
        var order: UInt64
        var event: Event

        func precedes(_ other: Item) -> Bool {
            at != other.at ? at < other.at : order < other.order
        }
    }

    private var heap: [Item] = []
    private var order: UInt64 = 0

    package init() {}

    package var nextAt: Instant? { heap.first.map { Instant(nanoseconds: $0.at) } }

    package mutating func push(_ event: Event, at instant: Instant) {
        order += 1
        heap.append(Item(at: instant.nanoseconds, order: order, event: event))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].precedes(heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    package mutating func pop() -> Event? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if heap.isEmpty { return first.event }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].precedes(heap[least]) { least = child }
            }
            if least == parent { break }
            heap.swapAt(parent, least)
            parent = least
        }
        return first.event
    }
}
