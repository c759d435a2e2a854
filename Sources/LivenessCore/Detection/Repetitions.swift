/// Who has sent nothing but heartbeats that are not newer, and since when: late packets and retries end, a cloned machine
/// goes on.
struct Repetitions: Sendable {
    /// A process whose heartbeats have a count of their own.
    struct Source: Hashable {
        var service: UInt32
        /// Of the worker's incarnation; 0 for a service without workers.
        var worker: UInt64 = 0
    }

    private var since: [Source: Instant] = [:]

    /// A heartbeat came that is not newer: whether none has been for a whole interval.
    ///
    /// `lastNewer` is when the last newer one came.
    mutating func isStale(_ source: Source, lastNewer: Instant, interval: Duration, at now: Instant) -> Bool {
        if let first = since[source], first >= lastNewer { return now - first > interval }
        since[source] = now
        return false
    }

    /// The service's number is another's from now on.
    mutating func forget(_ service: UInt32, workers: [Worker]) {
        since[Source(service: service)] = nil
        for worker in workers { since[Source(service: service, worker: worker.incarnationHash)] = nil }
    }
}
